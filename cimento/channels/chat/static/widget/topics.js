/* What the chat offers: what to begin with, all questions by moment, and buttons of several places. */

import { button, el } from "./dom.js";
import { showPreparation } from "./preparation.js";
import { SAY, frame, tied } from "./words.js";

const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

/** Return the words of a question: one's own, or for somebody else. */
export const worded = ({ text, relative }, other) => (other ? relative : text);

/** Return the button that asks a question; `first` is done before. */
function question(words, chat, first = () => {}) {
  return button(tied(words), () => (first(), chat.send({ text: words })), { class: "choice" });
}

/** Show all questions in the sheet; the one that is chosen is asked. */
export function showTopics(chat) {
  const { sheet, state } = chat;
  const moments = state.welcome?.questions || [];
  const choice = (each) => question(worded(each, state.other), chat, () => sheet.close());
  const groups = moments.map(({ moment, questions }) =>
    el("div", {}, el("h3", {}, moment), ...questions.map(choice)),
  );
  const found = el("p", { role: "status" });
  const find = ({ target }) => {
    const words = folded(target.value).split(/\s+/);
    for (const group of groups) {
      const about = folded(group.firstChild.textContent);
      const items = [...group.querySelectorAll("button")];
      for (const item of items) item.hidden = !words.every((word) => (about + folded(item.textContent)).includes(word));
      group.hidden = items.every((item) => item.hidden);
    }
    const count = groups.flatMap((group) => [...group.querySelectorAll("button:not([hidden])")]).length;
    found.textContent = count ? `${count} question${count > 1 ? "s" : ""}.` : "Aucune question avec ces mots. Posez la vôtre.";
  };
  sheet.show(
    "Toutes les questions",
    el("label", { for: "find" }, "Chercher un mot"),
    el("input", { id: "find", type: "search", autocomplete: "off", oninput: find }),
    found, ...groups,
  );
}

const opening = { class: "choice", "aria-haspopup": "dialog" };

export const allQuestions = (chat) => button("Toutes les questions", () => showTopics(chat), opening);

const preparation = (chat) =>
  button(frame(chat.state.other).preparation, () => showPreparation(chat), opening);

export const simpler = (chat) => button(SAY.simpler, () => chat.send({ text: SAY.simpler }), { class: "choice" });

/** Return the switch « Je suis un proche »; `then` is done once it was used. */
export function relativeSwitch(chat, then = () => {}, autofocus = false) {
  const input = el("input", {
    type: "checkbox", checked: chat.state.other ? "" : null, autofocus: autofocus && "",
    onchange: () => (chat.mindOther(input.checked), then()),
  });
  return el("label", { class: "step" }, input, el("span", {}, "Je suis un proche"));
}

/** Return the first questions of each moment, to begin with. */
export function suggestions(chat) {
  const { other, welcome } = chat.state;
  const group = ({ moment, questions }, n) =>
    el(
      "details", { name: "moment", open: n ? null : "" },
      el("summary", {}, moment),
      ...questions.slice(0, 3).map((each) => question(worded(each, other), chat)),
    );
  return el(
    "div", { class: "suggestions", "aria-live": "off" },
    relativeSwitch(chat), el("p", {}, frame(other).begin), ...welcome.questions.map(group),
    allQuestions(chat), preparation(chat),
  );
}
