/* The status line: what happens, what failed, what to do meanwhile. */

import { SERVICE_CALL, callButton, linked } from "./calls.js";
import { button, el } from "./dom.js";
import { SAY, URGENT } from "./words.js";

export class Notice {
  constructor() {
    this.status = el("p", { role: "status" });
    this.again = button("Réessayer", () => this.retry(), { class: "primary", hidden: "" });
    this.service = callButton(SERVICE_CALL);
    this.node = el("div", { class: "notice" }, this.status, this.again, this.service);
    this.tell("");
  }

  /** Say something, politely. `helping`: with whom to call. */
  tell(text, helping = false) {
    this.status.replaceChildren(...linked(text));
    this.again.hidden = true;
    this.service.hidden = !helping;
    this.node.classList.toggle("failed", helping);
  }

  /** Say that an answer is late, and whom to call meanwhile. */
  tellSlow() {
    this.tell(`${URGENT} ${SAY.slow}`, true);
  }

  /** Say what failed, with a way to try again when that makes sense. */
  complain(failure, retry, more = "") {
    this.tell([failure.message, more].filter(Boolean).join(" "), true);
    this.retry = retry;
    this.again.hidden = !failure.passing;
  }
}
