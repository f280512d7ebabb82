/* The conversation as plain text, and whatever is printed: day, urgency, sources that can be read. */

import { clock, day, el, present } from "./dom.js";
import { spoken } from "./voice.js";
import { SAY } from "./words.js";

const BRAND = "CHU de Bordeaux";
const AUTHORS = { me: "Vous", bot: "Assistant automatique", note: "Information" };
const STYLE = `
  @page { margin: 18mm; @bottom-center { content: "Page " counter(page) " sur " counter(pages); font: 11pt sans-serif; } }
  body { font: 16pt/1.5 sans-serif; } h1 { font-size: 22pt; } h2 { font-size: 18pt; }
  p { white-space: pre-line; } li { list-style: none; margin: 0 0 8pt; break-inside: avoid; }
  ul { padding: 0; } blockquote { margin: 2pt 0 0 24pt; font-size: 13pt; font-style: italic; }
`;

function linesOf(entry) {
  if (entry.who !== "bot") return [entry.text];
  const { alarm, lines } = spoken(entry);
  return [
    ...(alarm ? [`*** ${alarm.toUpperCase()} ***`] : []),
    ...lines,
    ...entry.sources.map(({ title, quotes = [] }) => `Source\u00a0: ${title}. ${quotes.map((quote) => `«\u00a0${quote}\u00a0»`).join(" ")}`),
  ];
}

/** Return the conversation as plain text. */
function transcript({ title, state: { entries } }) {
  const said = entries.map((entry) => `${AUTHORS[entry.who]}, ${clock(entry.at)}\n${linesOf(entry).join("\n")}`);
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
  paper.body.append(el("p", {}, el("strong", {}, BRAND)), el("h1", {}, title), ...present(content), el("p", {}, printed));
  view.addEventListener("afterprint", () => frame.remove());
  view.print();
}

export async function copy(chat) {
  try {
    await navigator.clipboard.writeText(transcript(chat));
    chat.notice.tell(SAY.copied);
  } catch {
    chat.notice.tell(SAY.notCopied); // an http page, or a reader who refused
  }
}

export function print(chat) {
  printPage(chat.root, chat.title, el("p", {}, transcript(chat)));
}
