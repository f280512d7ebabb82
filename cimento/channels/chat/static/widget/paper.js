/* The conversation as plain text, and whatever is printed: day, urgency, sources that can be read. */

import { clock, day, el } from "./dom.js";
import { alarmOf, spoken } from "./words.js";

const BRAND = "CHU de Bordeaux";
const AUTHORS = { me: "Vous", bot: "Assistant automatique", note: "Information" };
const STYLE = `
  body { font: 16pt/1.5 sans-serif; } h1 { font-size: 22pt; } h2 { font-size: 18pt; }
  p { white-space: pre-line; } li { list-style: none; margin: 0 0 8pt; break-inside: avoid; }
  ul { padding: 0; } blockquote { margin: 2pt 0 0 24pt; font-size: 13pt; font-style: italic; }
`;

function lines(entry) {
  if (entry.who !== "bot") return [entry.text];
  const alarm = alarmOf(entry.escalation, entry.other);
  return [
    ...(alarm ? [`*** ${alarm.toUpperCase()} ***`] : []),
    ...spoken(entry),
    ...entry.sources.map(({ title, quotes = [] }) => `Source\u00a0: ${title}. ${quotes.map((quote) => `«\u00a0${quote}\u00a0»`).join(" ")}`),
  ];
}

/** Return the conversation as plain text, to copy or print. */
export function transcript(title, entries) {
  const said = entries.map((entry) => `${AUTHORS[entry.who]}, ${clock(entry.at)}\n${lines(entry).join("\n")}`);
  return [`${title}, ${BRAND}\n${day(entries[0]?.at || Date.now())}`, ...said].join("\n\n");
}

/** Print a title and elements, in large type and alone, from a frame of their own. */
export function printPage(root, title, ...content) {
  const frame = el("iframe", { class: "unseen", title: "Impression", "aria-hidden": "true" });
  root.append(frame);
  const { contentDocument: paper, contentWindow: view } = frame;
  const style = new view.CSSStyleSheet();
  style.replaceSync(STYLE);
  paper.adoptedStyleSheets = [style];
  paper.documentElement.lang = "fr";
  paper.title = title;
  const printed = `Imprimé le ${day(Date.now())}.`;
  paper.body.append(el("p", {}, el("strong", {}, BRAND)), el("h1", {}, title), ...content, el("p", {}, printed));
  view.addEventListener("afterprint", () => frame.remove());
  view.print();
}
