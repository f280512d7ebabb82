/* The menu: what helps to read, what can be done with the conversation. */

import { button, el } from "./dom.js";
import { copy, print } from "./paper.js";
import { printPreparation, showPreparation } from "./preparation.js";
import { relativeSwitch, showTopics } from "./topics.js";
import { SAY, frame } from "./words.js";

const SIZES = [1, 1.25, 1.5]; // of the letters, by A− and A+

/** Show the menu of a chat; `minded`: the switch for somebody else was used, and keeps the focus. */
export function showMenu(chat, minded = false) {
  const { sheet, panel } = chat;
  const { choices } = panel;
  const then = (label, act) => button(label, () => (sheet.close(), act()));
  const size = SIZES.indexOf(choices.size || 1);
  const resize = (by) => (panel.choose({ size: SIZES[size + by] }), showMenu(chat));
  const words = frame(chat.state.other);
  sheet.show(
    "Menu",
    el(
      "div", { class: "menu" },
      button("Toutes les questions", () => showTopics(chat)),
      button(words.preparation, () => showPreparation(chat)),
      chat.state.welcome && then(words.print, () => printPreparation(chat)),
      relativeSwitch(chat, () => showMenu(chat, true), minded),
      el(
        "div", { class: "line", role: "group", "aria-label": "Taille des lettres et de l'assistant" },
        button("A−", () => resize(-1), { "aria-label": "Lettres plus petites", disabled: size ? null : "" }),
        button("A+", () => resize(1), { "aria-label": "Lettres plus grandes", disabled: SIZES[size + 1] ? null : "" }),
        then(choices.full ? "Réduire" : "Agrandir", () => panel.choose({ full: !choices.full })),
      ),
      then("Copier", () => copy(chat)),
      then("Imprimer", () => print(chat)),
      el("a", { class: "call", href: chat.api.link("fiche") }, "Lire la fiche"),
      button("Effacer la conversation", () => showErasing(chat)),
    ),
  );
}

function showErasing(chat) {
  const { sheet } = chat;
  sheet.show(
    "Effacer la conversation",
    el("p", {}, "Effacer toute la conversation, sur cet écran et sur le serveur\u00a0?"),
    button("Effacer", () => (sheet.close(), erase(chat)), { class: "primary" }),
    button("Annuler", () => sheet.close(), { autofocus: "" }),
  );
}

async function erase(chat) {
  if (chat.box.busy) return chat.notice.tell(SAY.wait);
  try {
    const told = await chat.conversation.erase();
    chat.alert.replaceChildren();
    chat.show();
    chat.notice.tell(told);
    chat.focusBox();
  } catch (failure) {
    chat.notice.complain(failure, () => erase(chat), SAY.notErased);
  }
}
