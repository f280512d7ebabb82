/* The panel, and what is done in it. */

import { Api } from "./api.js";
import { Box } from "./box.js";
import { alwaysCall } from "./calls.js";
import { Conversation } from "./conversation.js";
import { button, el, icon } from "./dom.js";
import { Log, isUrgent } from "./log.js";
import { Memory, keep, recall } from "./memory.js";
import { showMenu } from "./menu.js";
import { Notice } from "./notice.js";
import { printPage, transcript } from "./paper.js";
import { printPreparation, showPreparation } from "./preparation.js";
import { Sheet } from "./sheet.js";
import { showTopics, worded } from "./topics.js";
import { SAY, TITLE, afterHeading, alarmOf } from "./words.js";

const SLOW = 5000; // ms, after which whom to call is said while the answer is awaited
const LOW = 480; // px: a panel on a window that is lower takes all of it
const CHOICES = "choices";

export class Chat {
  /** `host`: the element; `root`: where it shows; `launcher`: {button, mark(number of unread)}. */
  constructor(host, root, launcher, base) {
    Object.assign(this, { host, root, launcher, unread: 0 });
    const memory = new Memory(`cimento-chat ${base}`, () => this.show());
    this.api = new Api(base);
    this.conversation = new Conversation(this.api, memory);
    this.choices = recall(CHOICES);
    this.sheet = new Sheet();
    this.notice = new Notice();
    this.log = new Log(this);
    this.box = new Box(this.conversation, this.notice, (message) => this.send(message));
    // Alarms are said here, at once and once; in the log their entries stay silent.
    this.alert = el("div", { class: "unseen", role: "alert" });
    this.build(host.getAttribute("title") || TITLE);
    this.show();
  }

  get state() {
    return this.conversation.state;
  }

  build(title) {
    this.title = title;
    this.panel = el(
      "dialog",
      {
        class: "panel", "aria-labelledby": "title",
        onclose: () => this.closed(),
        onkeydown: (event) => event.key === "Escape" && this.close(),
      },
      el(
        "div", { class: "head" },
        el("h2", { id: "title" }, title),
        alwaysCall(this.sheet),
        button(el("span", {}, "Menu"), () => showMenu(this), { class: "quiet", "aria-haspopup": "dialog" }, icon("menu")),
        button(el("span", {}, "Fermer"), () => this.close(), { class: "quiet" }, icon("close")),
      ),
      this.log.node, this.alert, this.notice.node, this.box.node,
    );
    this.root.append(this.panel, this.sheet.node);
    this.fit();
    for (const view of [window, window.visualViewport]) view?.addEventListener("resize", () => this.fit());
  }

  /* -- size -- */

  /** Take the room there is: a corner, or all of a window that is small for these letters. */
  fit() {
    this.root.style.setProperty("--size", this.choices.size || 1);
    const letter = parseFloat(getComputedStyle(this.root).fontSize);
    const { height, offsetTop } = window.visualViewport || { height: innerHeight, offsetTop: 0 };
    const full = this.choices.full || innerWidth < 28 * letter || innerHeight < LOW;
    this.root.classList.toggle("full", Boolean(full));
    this.root.style.setProperty("--height", `${height}px`);
    this.root.style.setProperty("--top", `${offsetTop}px`);
    if (this.panel.open && full !== this.full) {
      const focused = this.root.getRootNode().activeElement;
      this.lay(full);
      focused?.focus();
    }
    this.full = full;
  }

  /** Lay the panel over the page (which it then hides), or beside it. */
  lay(full) {
    if (this.panel.open) this.panel.close();
    if (full) this.panel.showModal();
    else this.panel.setAttribute("open", "");
  }

  /** Keep a choice of the reader's on this device. */
  choose(changes) {
    keep(CHOICES, Object.assign(this.choices, changes));
    this.fit();
  }

  /* -- opening and closing -- */

  /** Open as the page or an earlier visit asks; ask what the page asks, once. */
  restore() {
    const { host, state } = this;
    const question = host.getAttribute("question");
    const alone = host.hasAttribute("page");
    if (alone) this.choices.full = true;
    this.fit();
    // On a small screen an open chat hides the page: the reader opens it.
    const atLoad = alone || (host.hasAttribute("open") && !this.full);
    if (question && state.asked !== question) this.open(question);
    else if (state.open ?? atLoad) this.open(null, false);
  }

  /** Open the panel; ask the question on a topic, if one is given. `focus`: a reader asked. */
  async open(topic, focus = true) {
    if (!this.panel.open) {
      this.lay(this.full);
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
    if (this.panel.open) return; // it was laid otherwise
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

  /* -- what is offered -- */

  showTopics() {
    showTopics(this.state.welcome?.questions || [], this);
  }

  showPreparation() {
    const { sheet, root, state } = this;
    showPreparation(state.welcome?.preparation || [], { sheet, root, other: state.other });
  }

  printPreparation() {
    const { root, state } = this;
    printPreparation(state.welcome.preparation, { root, other: state.other });
  }

  allQuestions() {
    return button("Toutes les questions", () => this.showTopics(), { class: "choice", "aria-haspopup": "dialog" });
  }

  /** Return the switch « Je suis un proche »; `then` is done once it was used. */
  relativeSwitch(then = () => {}, autofocus = false) {
    const input = el("input", {
      type: "checkbox", checked: this.state.other ? "" : null, autofocus: autofocus && "",
      onchange: () => (this.mindOther(input.checked), then()),
    });
    return el("label", { class: "step" }, input, el("span", {}, "Je suis un proche"));
  }

  simpler() {
    return button(SAY.simpler, () => this.send({ text: SAY.simpler }), { class: "choice" });
  }

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
    this.log.reword(this.state);
  }

  /* -- doing -- */

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
    const late = setTimeout(() => this.notice.tellSlow(), SLOW);
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

  async erase() {
    if (this.box.busy) return this.notice.tell(SAY.wait);
    try {
      const told = await this.conversation.erase();
      this.alert.replaceChildren();
      this.show();
      this.notice.tell(told);
      this.focusBox();
    } catch (failure) {
      this.notice.complain(failure, () => this.erase(), SAY.notErased);
    }
  }

  get transcript() {
    return transcript(this.title, this.state.entries);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.transcript);
      this.notice.tell(SAY.copied);
    } catch {
      this.notice.tell(SAY.notCopied); // an http page, or a reader who refused
    }
  }

  print() {
    printPage(this.root, this.title, el("p", {}, this.transcript));
  }
}
