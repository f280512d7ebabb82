/* One patient's conversation: state and requests, no display. */

import { SAY } from "./words.js";

/**
 * An entry is {who: "me" | "note", text, at} or {who: "bot", at, other, …the turn of openapi.yml};
 * `at` is in ms, `other`: it answers somebody who asks for another person. A message is {text} or,
 * for a button, {text: its title, payload}.
 */
export class Conversation {
  constructor(api, memory) {
    this.api = api;
    this.memory = memory;
    // A turn that a reload cut short: what was typed goes back to the box.
    const { pending, entries, draft } = this.state;
    if (pending) memory.save({ pending: null, ...this.takenBack(pending, entries, draft) });
  }

  get state() {
    return this.memory.state;
  }

  takenBack(message, entries, draft) {
    const typed = message.payload ? [] : [message.text];
    return {
      entries: entries.filter((entry) => entry.at !== message.at),
      draft: [...typed, ...(draft ? [draft] : [])].join("\n"),
    };
  }

  /** Get a session from the server, unless there is one; once at a time. */
  begin() {
    if (this.state.token) return Promise.resolve();
    this.beginning ??= this.api
      .call("POST", "sessions")
      .then(({ token, ...welcome }) => this.memory.save({ token, welcome }))
      .finally(() => (this.beginning = null));
    return this.beginning;
  }

  /** Send a message and yield its entries as they come. Failure: it is taken back. */
  async *ask(message) {
    const pending = { ...message, at: Date.now() };
    this.memory.save({ pending });
    yield this.add({ who: "me", text: message.text, at: pending.at });
    try {
      let turn;
      try {
        turn = await this.say(message.payload ? { payload: message.payload } : message);
      } catch (failure) {
        if (failure.status !== 401) throw failure;
        this.memory.save({ token: null });
        // The buttons were another conversation's: the new one gets their words.
        turn = await this.say({ text: message.text });
        yield this.add({ who: "note", text: SAY.renewed, at: Date.now() });
      }
      const { token, ...rest } = turn;
      const other = this.state.other || rest.relative;
      const supposed = rest.relative && !this.state.other;
      this.memory.save({ token, pending: null, other });
      yield this.add({ ...rest, other, supposed, who: "bot", at: Date.now() });
    } catch (failure) {
      const { entries, draft } = this.state;
      this.memory.save({ pending: null, ...this.takenBack(pending, entries, draft) });
      throw failure;
    }
  }

  async say(body) {
    await this.begin();
    return this.api.call("POST", "messages", this.state.token, body);
  }

  add(entry) {
    this.memory.save({ entries: [...this.state.entries, entry] });
    return entry;
  }

  /** Tell whether the answer of an entry helped, and why not; Failure when it is not recorded. */
  async judge(entry, helpful, reason) {
    const judged = { turn: entry.turn, helpful, ...(reason && { reason }) };
    await this.api.call("POST", "feedback", this.state.token, judged);
    entry.ask_feedback = false;
    this.memory.save({});
  }

  /** Erase on the server, then here; return what to tell. Failure: nothing is erased. */
  async erase() {
    let told = SAY.erased;
    try {
      if (this.state.token) await this.api.call("DELETE", "conversation", this.state.token);
    } catch (failure) {
      if (failure.status !== 401) throw failure;
      told = SAY.erasedHere;
    }
    this.memory.forget();
    return told;
  }
}
