/* Texts as they are shown, with their numbers to call; numbers as buttons. */

import { button, el, icon } from "./dom.js";
import { SERVICE } from "./service.js"; // made by the server: there when nothing else answers
import { URGENT, tied } from "./words.js";

export const SERVICE_CALL = { label: `Appeler le service\u00a0: ${SERVICE.label}`, href: SERVICE.href };
const ALWAYS = [
  { label: "Appeler le 15", href: "tel:15", primary: true },
  { label: "SMS au 114, si vous ne pouvez pas parler ou entendre", href: "sms:114" },
  SERVICE_CALL,
];
// « le 15 », not « 15 jours »; and numbers of ten digits.
const NUMBER = /(\b(?:le|au|ou)\s)?(\b0\d(?:\s\d\d){4}|\b(?:15|112|3114|114))\b/gi;

/** Return a button that calls; `link` makes its URL safe (Api.link). */
export function callButton({ label, href, primary }, link = (url) => url) {
  return el("a", { class: primary ? "call primary" : "call", href: link(href) }, icon("phone"), label);
}

/** Return a text as nodes, its numbers links that do not break at the end of a line. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const { 1: before = "", 2: number, index } of text.matchAll(NUMBER)) {
    if (!before && number.length < 5) continue;
    const digits = number.replace(/\s/g, "");
    const href = digits === "114" ? "sms:114" : `tel:${digits.replace(/^0/, "+33")}`;
    nodes.push(text.slice(end, index) + before, el("a", { class: "tel", href }, number));
    end = index + before.length + number.length;
  }
  return [...nodes, text.slice(end)];
}

/** Return a line: its numbers can be called, its key words stand out, no sign begins a line. */
export function line(tag, text, key) {
  const whole = tied(text);
  const parts = key ? whole.split(key) : [whole];
  const nodes = parts.flatMap((part, n) => [n && el("strong", {}, ...linked(key)), ...linked(part)]);
  return el(tag, {}, ...nodes.filter(Boolean));
}

/** Return the elements of a text: paragraphs, lists, steps. */
export function shown({ text, blocks = [{ kind: "text", lines: [text] }], key }) {
  return blocks.flatMap(({ kind, lines }) => {
    if (kind === "text") return lines.map((text) => line("p", text, key));
    return el(kind === "list" ? "ul" : "ol", {}, ...lines.map((text) => line("li", text, key)));
  });
}

/** Return the button that always stands in the header, and shows whom to call. */
export function alwaysCall(sheet) {
  const show = () => sheet.show("Appeler", el("p", {}, ...linked(URGENT)), ...ALWAYS.map((call) => callButton(call)));
  return button(el("span", {}, "Appeler"), show, { class: "quiet", "aria-haspopup": "dialog" }, icon("phone"));
}
