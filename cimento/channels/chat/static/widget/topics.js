/* « Toutes les questions »: the topics by moment; a word finds them. */

import { button, el } from "./dom.js";
import { frame, tied } from "./words.js";

const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

/** Return the words of a question: one's own, or for somebody else. */
export const worded = ({ text, relative }, other) => (other ? relative : text);

/** Return the button that asks a question; `first` is done before. */
function question(words, chat, first = () => {}) {
  return button(tied(words), () => (first(), chat.send({ text: words })), { class: "choice" });
}

/** Show all questions in the sheet; the one that is chosen is asked. */
export function showTopics(moments, chat) {
  const { sheet, state } = chat;
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

/** Return the first questions of each moment, to begin with. */
export function suggestions(moments, chat) {
  const { other } = chat.state;
  const words = frame(other);
  const group = ({ moment, questions }, n) =>
    el(
      "details", { name: "moment", open: n ? null : "" },
      el("summary", {}, moment),
      ...questions.slice(0, 3).map((each) => question(worded(each, other), chat)),
    );
  return el(
    "div", { class: "suggestions", "aria-live": "off" },
    chat.relativeSwitch(), el("p", {}, words.begin), ...moments.map(group),
    chat.allQuestions(),
    button(words.preparation, () => chat.showPreparation(), { class: "choice", "aria-haspopup": "dialog" }),
  );
}
