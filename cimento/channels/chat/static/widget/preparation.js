/* « Ma préparation »: the sheet's steps, to tick, print, put in a calendar. Nothing of it is sent. */

import { button, day, el } from "./dom.js";
import { keep, recall } from "./memory.js";
import { printPage } from "./paper.js";
import { SERVICE_CALL, callButton, shown } from "./text.js";
import { SAY, frame } from "./words.js";

const KEPT = "preparation";
const DAY = 24 * 60 * 60 * 1000; // ms

const kept = () => ({ done: {}, ...recall(KEPT) });

/** Return the steps by moment, as the server gives them (openapi.yml). */
const steps = ({ welcome }) => welcome?.preparation || [];

/** Show the list. */
export function showPreparation(chat) {
  const { sheet } = chat;
  const { other } = chat.state;
  const moments = steps(chat.state);
  const words = frame(other);
  const state = kept();
  const change = (changes) => keep(KEPT, Object.assign(state, changes));
  const again = () => showPreparation(chat);
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
    button(words.print, () => printPreparation(chat, state), { class: "choice" }),
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
export function printPreparation(chat, { done, date } = kept()) {
  const { other } = chat.state;
  const item = ({ text, quotes }) =>
    el("li", {}, `${done[text] ? "☑" : "☐"} ${text}`, ...quotes.map((quote) => el("blockquote", {}, `«\u00a0${quote}\u00a0»`)));
  printPage(
    chat.root, frame(other).preparation,
    other && el("p", {}, SAY.other),
    date && el("p", {}, `L'examen\u00a0: ${day(date)}.`),
    ...steps(chat.state).flatMap(({ moment, steps, warning }) => [
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

/** Return the day before a day, both "2026-12-24". */
const eve = (date) => new Date(Date.parse(date) - DAY).toISOString().slice(0, 10);

const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");
// A line has 75 bytes at most: 37 letters, were all of them accented.
const folded = (line) => line.match(/.{1,37}/gu).join("\r\n ");

/**
 * Return a calendar file (RFC 5545) of whole days: the sheet gives no hour. An event is
 * {date: "2026-12-24", summary, description}.
 */
function calendar(events) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const event = ({ date, summary, description }, n) => [
    "BEGIN:VEVENT", `UID:${date}-${n}@cimento`, `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${date.replace(/-/g, "")}`,
    `SUMMARY:${escaped(summary)}`, `DESCRIPTION:${escaped(description)}`, "END:VEVENT",
  ];
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cimento//FR", ...events.flatMap(event), "END:VCALENDAR"];
  return lines.map(folded).join("\r\n") + "\r\n";
}
