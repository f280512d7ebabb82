/* One page within the chat, over the conversation: a source, the questions, the menu… */

import { button, el, icon } from "./dom.js";

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
    this.body.replaceChildren(...content);
    if (!this.node.open) this.node.showModal();
    this.body.scrollTop = 0;
    (this.body.querySelector("[autofocus]") || this.title).focus();
  }

  close() {
    this.node.close();
  }
}
