/* « Ma préparation »: the sheet's steps, to tick, print, put in a calendar. Nothing of it is sent. */

import { shown } from "./answer.js";
import { calendar, eve } from "./calendar.js";
import { SERVICE_CALL, callButton } from "./calls.js";
import { button, day, el } from "./dom.js";
import { keep, recall } from "./memory.js";
import { printPage } from "./paper.js";
import { SAY, frame } from "./words.js";

const KEPT = "preparation";

const kept = () => ({ done: {}, ...recall(KEPT) });

/** Show the list; `moments` as the server gives them (openapi.yml), `other`: for somebody else. */
export function showPreparation(moments, { sheet, root, other }) {
  const words = frame(other);
  const state = kept();
  const change = (changes) => keep(KEPT, Object.assign(state, changes));
  const again = () => showPreparation(moments, { sheet, root, other });
  const dates = el("p", { role: "status" });
  const save = button("Ajouter à mon agenda", () => download(moments, state.date, words), { class: "choice" });
  const tellDates = () => {
    const { date } = state;
    dates.textContent = date ? `La veille\u00a0: ${day(eve(date))}. L'examen\u00a0: ${day(date)}.` : "";
    save.hidden = !date;
  };
  const forget = () => (change({ done: {}, date: "" }), again());
  const tick = ({ target }) => change({ done: { ...state.done, [target.name]: target.checked } });
  const step = ({ text }) =>
    el(
      "label", { class: "step" },
      el("input", { type: "checkbox", name: text, checked: state.done[text] ? "" : null, onchange: tick }),
      el("span", {}, text),
    );
  const moment = ({ moment, steps, warning }) => [
    el("h3", {}, moment), ...steps.map(step), ...shown({ blocks: warning }),
  ];
  sheet.show(
    words.preparation,
    other && el("p", { class: "other" }, SAY.other),
    el("p", {}, "Cochez ce qui est fait. Tout reste sur cet appareil."),
    button(words.print, () => printPreparation(moments, { root, other }, state), { class: "choice" }),
    ...moments.flatMap(moment),
    el("h3", {}, "Mon agenda"),
    el("label", { for: "date" }, "Date de l'examen, si vous la connaissez"),
    el("input", {
      id: "date", type: "date", value: state.date,
      oninput: ({ target }) => (change({ date: target.value }), tellDates()),
    }),
    dates, save,
    button(words.forget, forget, { class: "choice" }),
    callButton(SERVICE_CALL),
  );
  tellDates();
}

/** Print the list as it is kept, with the passages of the sheet that it rests on. */
export function printPreparation(moments, { root, other }, { done, date } = kept()) {
  const item = ({ text, quotes }) =>
    el("li", {}, `${done[text] ? "☑" : "☐"} ${text}`, ...quotes.map((quote) => el("blockquote", {}, `«\u00a0${quote}\u00a0»`)));
  printPage(
    root, frame(other).preparation,
    other && el("p", {}, SAY.other),
    date && el("p", {}, `L'examen\u00a0: ${day(date)}.`),
    ...moments.flatMap(({ moment, steps, warning }) => [
      el("h2", {}, moment), el("ul", {}, ...steps.map(item)), ...shown({ blocks: warning }),
    ]),
    el("p", {}, SERVICE_CALL.label),
  );
}

function download(moments, date, words) {
  const steps = moments.flatMap((moment) => moment.steps);
  const days = { veille: [eve(date), words.eve], jour: [date, words.day] };
  const events = Object.entries(days).map(([when, [date, summary]]) => ({
    date,
    summary,
    description: steps.filter((step) => step.when.includes(when)).map(({ text }) => `- ${text}`).join("\n"),
  }));
  const url = URL.createObjectURL(new Blob([calendar(events)], { type: "text/calendar" }));
  el("a", { href: url, download: "mon-examen.ics" }).click();
  URL.revokeObjectURL(url);
}
