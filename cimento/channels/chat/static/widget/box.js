/* The foot of the panel: what happens, and the box to write in. */

import { button, el, icon } from "./dom.js";
import { SERVICE_CALL, callButton, linked } from "./text.js";
import { SAY, URGENT, frame } from "./words.js";

const NEARLY_FULL = 0.8; // share of the longest message from which characters are counted

/** The status line: what happens, what failed, what to do meanwhile. */
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

/** The box: it keeps a draft, and counts near the limit. */
export class Box {
  /** `send` gets what is sent. */
  constructor(conversation, notice, send) {
    Object.assign(this, { conversation, notice, send });
    this.area = el("textarea", {
      id: "box", rows: 1, "aria-describedby": "counter", autocomplete: "off",
      oninput: () => {
        conversation.memory.save({ draft: this.area.value });
        this.count();
      },
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.submit();
      },
    });
    this.counter = el("p", { id: "counter", class: "counter" });
    this.label = el("label", { for: "box" });
    this.node = el(
      "div", { class: "form" },
      this.label,
      el(
        "div", { class: "line" },
        this.area,
        button(el("span", {}, "Envoyer"), () => this.submit(), { class: "primary" }, icon("send")),
      ),
      this.counter,
    );
  }

  /** Show the draft, and for whom one asks. */
  restore() {
    this.label.textContent = frame(this.conversation.state.other).box;
    this.area.value = this.conversation.state.draft;
    this.count();
  }

  submit() {
    const text = this.area.value.trim();
    if (this.tooLong) this.notice.tell(`${URGENT} ${this.tooLong} Raccourcissez votre message.`);
    else if (this.busy) this.notice.tell(SAY.wait);
    else if (text) {
      this.conversation.memory.save({ draft: "" });
      this.restore();
      this.send({ text });
    }
  }

  /** Count the characters of the box when they near the limit; say so once. */
  count() {
    const most = this.conversation.state.welcome?.max_characters ?? Infinity;
    const length = [...this.area.value].length; // as the server counts: code points
    const excess = length - most;
    const near = length >= NEARLY_FULL * most;
    this.tooLong = excess > 0 && `${excess} caractère${excess > 1 ? "s" : ""} de trop.`;
    this.counter.textContent = near ? this.tooLong || `${length} sur ${most} caractères.` : "";
    if (near !== Boolean(this.wasNear) || !this.tooLong !== !this.wasTooLong)
      this.notice.tell(this.tooLong ? `${URGENT} ${this.tooLong}` : this.counter.textContent);
    this.area.setAttribute("aria-invalid", Boolean(this.tooLong));
    [this.wasNear, this.wasTooLong] = [near, this.tooLong];
  }
}
