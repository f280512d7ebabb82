/* The chat: its parts, when it opens and closes, what is sent and what comes back. */

import { Api } from "./api.js";
import { Box, Notice } from "./box.js";
import { Conversation } from "./conversation.js";
import { button, el, icon } from "./dom.js";
import { Log, isUrgent } from "./log.js";
import { Memory } from "./memory.js";
import { showMenu } from "./menu.js";
import { Panel, Sheet } from "./panel.js";
import { alwaysCall } from "./text.js";
import { worded } from "./topics.js";
import { SAY, TITLE, afterHeading, alarmOf } from "./words.js";

const SLOW = 5000; // ms, after which whom to call is said while the answer is awaited

export class Chat {
  /** `host`: the element; `root`: where it shows; `launcher`: {button, mark(number of unread)}. */
  constructor(host, root, launcher, base) {
    Object.assign(this, { host, root, launcher, unread: 0 });
    this.title = host.getAttribute("title") || TITLE;
    const memory = new Memory(`cimento-chat ${base}`, () => this.show());
    this.api = new Api(base);
    this.conversation = new Conversation(this.api, memory);
    this.sheet = new Sheet();
    this.notice = new Notice();
    this.log = new Log(this);
    this.box = new Box(this.conversation, this.notice, (message) => this.send(message));
    // Alarms are said here, at once and once; in the log their entries stay silent.
    this.alert = el("div", { class: "unseen", role: "alert" });
    const menu = { class: "quiet", "aria-haspopup": "dialog" };
    this.panel = new Panel(
      root, this.title,
      [alwaysCall(this.sheet), button(el("span", {}, "Menu"), () => showMenu(this), menu, icon("menu"))],
      { close: () => this.closed() },
      this.log.node, this.alert, this.notice.node, this.box.node,
    );
    root.append(this.sheet.node);
    this.panel.fit();
    this.show();
  }

  get state() {
    return this.conversation.state;
  }

  /* -- opening and closing -- */

  /** Open as the page or an earlier visit asks; ask what the page asks, once. */
  restore() {
    const { host, state } = this;
    const question = host.getAttribute("question");
    const alone = host.hasAttribute("page");
    if (alone) this.panel.choices.full = true;
    this.panel.fit();
    // On a small screen an open chat hides the page: the reader opens it.
    const atLoad = alone || (host.hasAttribute("open") && !this.panel.full);
    if (question && state.asked !== question) this.open(question);
    else if (state.open ?? atLoad) this.open(null, false);
  }

  /** Open the panel; ask the question on a topic, if one is given. `focus`: a reader asked. */
  async open(topic, focus = true) {
    if (!this.panel.open) {
      this.panel.lay();
      this.launcher.button.hidden = true;
      this.launcher.mark((this.unread = 0));
      this.conversation.memory.save({ open: true });
      this.host.tell("open");
      this.log.scrollToLast();
      if (focus) this.focusBox();
    }
    if (!this.state.welcome && !(await this.begin())) return;
    const all = this.state.welcome.questions.flatMap(({ questions }) => questions);
    const found = topic && all.find((question) => question.topic === topic);
    if (!found) return;
    this.conversation.memory.save({ asked: topic });
    await this.send({ text: worded(found, this.state.other) });
  }

  close() {
    this.panel.close();
  }

  closed() {
    this.launcher.button.hidden = false;
    this.launcher.button.focus();
    this.conversation.memory.save({ open: false });
    this.host.tell("close");
  }

  /** Focus the box; on a touch screen the log, or the keyboard would hide the answer. */
  focusBox() {
    (matchMedia("(pointer: coarse)").matches ? this.log.node : this.box.area).focus();
  }

  async begin() {
    this.notice.tell("");
    try {
      await this.conversation.begin();
      this.show();
      return true;
    } catch (failure) {
      this.notice.complain(failure, () => this.begin());
      return false;
    }
  }

  /* -- for whom -- */

  /** Word what comes next for somebody else, or not; `control`: what asked, and goes. */
  mindOther(other, control) {
    this.conversation.memory.save({ other });
    this.reword();
    this.notice.tell(other ? SAY.other : SAY.mine);
    if (!control) return;
    control.remove();
    this.focusBox();
  }

  /** Word what stands around the answers for who asks. */
  reword() {
    this.box.restore();
    this.log.reword();
  }

  /* -- saying -- */

  /** Show the whole conversation, as the state has it. */
  show() {
    this.log.show(this.state);
    this.box.restore();
    this.notice.tell("");
    this.log.scrollToLast();
  }

  /** Send a message and show what comes back; one at a time. */
  async send(message) {
    if (this.box.busy) return;
    this.box.busy = true;
    this.focusBox(); // before the button that was clicked goes away
    this.notice.tell(SAY.typing);
    this.alert.replaceChildren();
    const late = setTimeout(() => (this.notice.tellSlow(), this.log.scrollToLast()), SLOW);
    const dots = el("div", { class: "typing", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
    try {
      for await (const entry of this.conversation.ask(message)) {
        dots.remove();
        this.log.place(entry);
        if (entry.who === "me") this.log.node.append(dots);
        if (entry.who === "bot") this.arrived(entry);
        this.log.scrollToLast();
      }
      this.notice.tell("");
    } catch (failure) {
      dots.remove();
      this.log.takeBack();
      this.box.restore();
      if (message.payload) this.notice.complain(failure, () => this.send(message));
      else this.notice.complain(failure, () => this.box.submit(), SAY.kept);
    } finally {
      clearTimeout(late);
      this.box.busy = false;
    }
  }

  /** Tell of an answer: an alarm at once and in an open panel, others by a mark when it is closed. */
  arrived(entry) {
    const { topic, escalation, messages, other, supposed } = entry;
    this.host.tell("answer", { topic, escalation });
    if (supposed) this.reword();
    if (isUrgent(entry)) {
      this.sheet.close();
      if (!this.panel.open) this.open();
      this.alert.textContent = `${alarmOf(escalation, other)}. ${afterHeading(messages[0].text)}`;
    } else if (!this.panel.open) this.launcher.mark(++this.unread);
  }
}
