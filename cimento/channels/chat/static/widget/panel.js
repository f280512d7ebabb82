/* The windows of the chat: its panel, and one page over the conversation. */

import { button, el, icon, present } from "./dom.js";
import { keep, recall } from "./memory.js";

const LOW = 480; // px: a panel on a window that is lower takes all of it
const CHOICES = "choices";

/** A corner of the window, or all of a window that is small for its letters. */
export class Panel {
  /** `root`: where it shows; `tools`: what its header holds beside the title; `on`: close. */
  constructor(root, title, tools, on, ...content) {
    this.root = root;
    this.choices = recall(CHOICES);
    this.node = el(
      "dialog",
      {
        class: "panel", "aria-labelledby": "title",
        onclose: () => this.node.open || on.close(), // else it is laid otherwise
        onkeydown: (event) => event.key === "Escape" && this.close(),
      },
      el(
        "div", { class: "head" },
        el("h2", { id: "title" }, title),
        ...tools,
        button(el("span", {}, "Fermer"), () => this.close(), { class: "quiet" }, icon("close")),
      ),
      ...content,
    );
    root.append(this.node);
    for (const view of [window, window.visualViewport]) view?.addEventListener("resize", () => this.fit());
  }

  get open() {
    return this.node.open;
  }

  close() {
    this.node.close();
  }

  /** Take the room there is. */
  fit() {
    this.root.style.setProperty("--size", this.choices.size || 1);
    const letter = parseFloat(getComputedStyle(this.root).fontSize);
    const { height, offsetTop } = window.visualViewport || { height: innerHeight, offsetTop: 0 };
    const full = this.choices.full || innerWidth < 28 * letter || innerHeight < LOW;
    this.root.classList.toggle("full", Boolean(full));
    this.root.style.setProperty("--height", `${height}px`);
    this.root.style.setProperty("--top", `${offsetTop}px`);
    if (this.open && full !== this.full) {
      const focused = this.root.getRootNode().activeElement;
      this.lay(full);
      focused?.focus();
    }
    this.full = full;
  }

  /** Lay the panel over the page (which it then hides), or beside it. */
  lay(full = this.full) {
    if (this.open) this.close();
    if (full) this.node.showModal();
    else this.node.setAttribute("open", "");
  }

  /** Keep a choice of the reader's on this device: {size, full}. */
  choose(changes) {
    keep(CHOICES, Object.assign(this.choices, changes));
    this.fit();
  }
}

/** One page over the conversation: a source, the questions, the menu… */
export class Sheet {
  constructor() {
    this.title = el("h2", { id: "sheet", tabindex: -1 });
    this.body = el("div", { class: "body" });
    this.node = el(
      "dialog", { class: "sheet", "aria-labelledby": "sheet" },
      el("div", { class: "head" }, button(el("span", {}, "Retour"), () => this.close(), { class: "quiet" }, icon("back")), this.title),
      this.body,
    );
  }

  /** Show other content; focus goes to `focus`, or to the title. */
  show(title, ...content) {
    this.title.textContent = title;
    this.body.replaceChildren(...present(content));
    if (!this.node.open) this.node.showModal();
    this.body.scrollTop = 0;
    (this.body.querySelector("[autofocus]") || this.title).focus();
  }

  close() {
    this.node.close();
  }
}
