/* How what is said looks: paragraphs, lists, alarms, sources. Pure: from data to elements. */

import { button, el, icon } from "./dom.js";
import { callButton, line, shown } from "./text.js";
import { SAY, afterHeading, alarmOf } from "./words.js";

const LONG = 240; // characters of one's own message, beyond which it is folded
const SENTENCE = /^.*?[.!?](?=\s|$)\s*/s;

/** Return one's own message, folded when it is long. */
export function mine(text) {
  const said = el("p", {}, text);
  if (text.length <= LONG) return [said];
  said.classList.add("folded");
  const unfold = button("Tout voir", () => (said.classList.remove("folded"), unfold.remove()), { class: "fold" });
  return [said, unfold];
}

/** Return what opens a source within the chat: its quotes, and the way to the whole sheet. */
function source({ title, href, quotes = [] }, { api, sheet }) {
  const show = () =>
    sheet.show(
      title,
      ...quotes.map((quote) => el("blockquote", {}, quote)),
      el("p", {}, "Texte de la fiche du CHU de Bordeaux, sans changement."),
      el("a", { class: "call", href: api.link(href) }, "Lire toute la fiche"),
    );
  return button(`Source\u00a0: ${title}`, show, { class: "source", "aria-haspopup": "dialog" });
}

/** Return the elements of an answer; `chat` has the api and the sheet that sources open. */
export function answer({ messages, escalation, sources, calls, other }, chat) {
  const alarm = alarmOf(escalation, other);
  const call = (number) => callButton(number, (href) => chat.api.link(href));
  const first = calls.filter(({ primary }) => primary).map(call);
  const others = calls.filter(({ primary }) => !primary).map(call);
  const whom = other && el("p", { class: "other" }, SAY.other);
  const own = new Set(messages.flatMap((message) => message.sources || []).map(({ href }) => href));
  const sections = messages.map((message, n) => [
    message.title && !(alarm && !n) && el("h3", { class: "topic" }, message.title),
    ...(alarm && !n ? advice(message, [...first, whom]) : shown(message)),
    ...(message.sources || []).map((each) => source(each, chat)),
  ]);
  return [
    alarm && el("h3", {}, icon("alarm"), el("span", {}, alarm)),
    !alarm && whom,
    ...sections.flat(),
    others.length > 0 && el("div", { class: "calls" }, ...others),
    ...sources.filter(({ href }) => !own.has(href)).map((each) => source(each, chat)),
  ];
}

/** Return an alarm's text: its first sentence, the number to call and for whom it is, then the rest. */
function advice(message, after) {
  const { text, blocks = [{ kind: "text", lines: [text] }], key } = message;
  const [opening, ...rest] = blocks;
  const [said, ...lines] = opening.lines;
  const bare = afterHeading(said);
  const sentence = bare === said ? said.match(SENTENCE)?.[0] || said : "";
  const left = bare.slice(sentence.length);
  return [
    sentence && line("p", sentence.trim(), key),
    ...after,
    ...shown({ blocks: [{ ...opening, lines: [...(left ? [left] : []), ...lines] }, ...rest], key }),
  ];
}
