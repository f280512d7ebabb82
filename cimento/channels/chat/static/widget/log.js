/* The conversation as it is read: entries, what the last one offers, and where the reader is. */

import { answer, mine } from "./answer.js";
import { button, clock, el } from "./dom.js";
import { feedback } from "./feedback.js";
import { shown } from "./text.js";
import { allQuestions, simpler, suggestions } from "./topics.js";
import { reading } from "./voice.js";

const MARGIN = 3; // px above what is brought to the top

export const isUrgent = ({ escalation }) => escalation === "medecin" || escalation === "urgence";

export class Log {
  constructor(chat) {
    this.chat = chat;
    this.node = el("div", {
      class: "log", role: "log", "aria-live": "polite", "aria-label": "Conversation", tabindex: 0,
      onscroll: () => this.remember(),
    });
    // A rotation, the keyboard, another size of letters: what was at the top stays there.
    new ResizeObserver(() => this.settle()).observe(this.node);
  }

  /** Show the whole conversation, as the state has it. */
  show({ welcome, entries }) {
    const { chat, node } = this;
    node.replaceChildren();
    if (welcome) {
      node.append(el("div", { class: "bubble" }, ...shown(welcome.greeting)), suggestions(chat));
    }
    for (const entry of entries) this.place(entry);
  }

  /** Word what is suggested anew, unannounced; focus stays on the switch that asked. */
  reword() {
    const old = this.node.querySelector(".suggestions");
    if (!old) return;
    const asked = old.contains(this.node.getRootNode().activeElement);
    const anew = suggestions(this.chat);
    old.replaceWith(anew);
    if (asked) anew.querySelector("input").focus();
  }

  /** Add one entry. What the last answer offered goes once there is a newer one. */
  place(entry) {
    for (const old of this.node.querySelectorAll(".live"))
      if (entry.who === "me") old.hidden = true;
      else old.remove();
    this.node.append(this.entry(entry));
  }

  /** Remove the message that got no answer; what was offered before is so again, unannounced. */
  takeBack() {
    this.node.querySelector(".me:last-child")?.remove();
    for (const offered of this.node.querySelectorAll(".live")) {
      offered.setAttribute("aria-live", "off");
      offered.hidden = false;
    }
  }

  entry(entry) {
    if (entry.who === "note") return el("p", { class: "note" }, entry.text);
    const isMine = entry.who === "me";
    const silent = isMine || isUrgent(entry); // one's own words, and what the alert says
    const time = el("time", { datetime: new Date(entry.at).toISOString() }, clock(entry.at));
    const kind = { urgence: "alarm", medecin: "alarm", equipe: "alarm equipe" }[entry.escalation] || "";
    return el(
      "div", { class: `entry ${entry.who}`, "aria-live": silent ? "off" : null },
      el("p", { class: "author" }, isMine ? "Vous" : "Assistant automatique", " · ", time),
      el("div", { class: `bubble ${kind}` }, ...(isMine ? mine(entry.text) : answer(entry, this.chat))),
      !isMine && reading(entry, (said) => this.chat.notice.tell(said)),
      !isMine && this.offered(entry),
    );
  }

  /** Return what the last answer alone offers: its buttons, and a question about itself. */
  offered(entry) {
    const { chat } = this;
    const buttons = entry.messages.flatMap((message) => message.buttons || []);
    return el(
      "div", { class: "live" },
      ...buttons.map(({ title, payload }) =>
        button(title, () => chat.send({ text: title, payload }), { class: "choice" }),
      ),
      entry.can_be_easier && simpler(chat),
      entry.supposed && button("Non, c'est pour moi", (event) => chat.mindOther(false, event.target), { class: "choice" }),
      allQuestions(chat),
      entry.ask_feedback && feedback(entry, chat),
    );
  }

  /* -- where the reader is -- */

  top(node) {
    return node.getBoundingClientRect().top - this.node.getBoundingClientRect().top;
  }

  /** Bring the last question to the top with its answer; the answer alone when it is long. */
  scrollToLast() {
    const last = [...this.node.querySelectorAll(".entry")].slice(-2);
    if (!last.length) return;
    const asked = last.filter((entry) => entry.matches(".me")).pop() || last[0];
    const said = asked.nextElementSibling?.matches(".bot, .note") && this.node.lastElementChild;
    const bubble = said && said.querySelector(".bubble");
    const whole = !bubble || bubble.getBoundingClientRect().bottom - asked.getBoundingClientRect().top < this.node.clientHeight;
    this.node.scrollTop += this.top(whole ? asked : bubble) - MARGIN;
  }

  /** Bring all of an element into view, if it is not. */
  reveal(node) {
    const below = node.getBoundingClientRect().bottom - this.node.getBoundingClientRect().bottom;
    if (below > 0) this.node.scrollTop += below + MARGIN;
  }

  remember() {
    const children = [...this.node.querySelectorAll(".bubble, .author, .live")];
    const first = children.find((child) => this.top(child) + child.offsetHeight > 0);
    this.anchor = first && [first, this.top(first)];
  }

  settle() {
    if (!this.anchor) return;
    const [node, before] = this.anchor;
    this.node.scrollTop += this.top(node) - Math.max(before, MARGIN - node.offsetHeight);
  }
}
