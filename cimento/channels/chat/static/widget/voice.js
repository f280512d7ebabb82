/* An answer read aloud, by a French voice of the device itself: no word goes to one on the network. */

import { button } from "./dom.js";
import { SAY, afterHeading, alarmOf } from "./words.js";

const synthesis = window.speechSynthesis;
const SECOND = 1000; // ms that a browser may take to find its voices
const french = () => synthesis.getVoices().find(({ lang, localService }) => localService && /^fr/i.test(lang));

async function findVoice() {
  if (!synthesis) return null;
  if (french()) return french();
  await new Promise((done) => {
    synthesis.addEventListener("voiceschanged", done, { once: true });
    setTimeout(done, SECOND);
  });
  return french();
}

/** Return the lines of an answer, its heading first: urgency, for whom it is, its messages. */
export function spoken({ messages, escalation, other }) {
  const said = messages.map(({ text }) => text);
  const alarm = alarmOf(escalation, other);
  if (alarm) said[0] = afterHeading(said[0]);
  return { alarm, lines: other ? [SAY.other, ...said] : said };
}

/** Return the button that reads an answer; `tell` says when it cannot be done. */
export function reading(entry, tell) {
  const { alarm, lines } = spoken(entry);
  const text = [...(alarm ? [`${alarm}.`] : []), ...lines].join("\n");
  const read = ({ currentTarget }) => readAloud(text, currentTarget, tell);
  return button("Lire à voix haute", read, { class: "quiet read", "aria-live": "off" });
}

/** Read a text, or stop reading. */
async function readAloud(text, control, tell) {
  const words = control.textContent;
  if (synthesis?.speaking) return synthesis.cancel();
  const voice = await findVoice();
  if (!voice) return tell(SAY.noVoice);
  const spoken = new SpeechSynthesisUtterance(text);
  Object.assign(spoken, { voice, lang: voice.lang, rate: 0.9 });
  spoken.onend = spoken.onerror = () => (control.textContent = words);
  control.textContent = "Arrêter la lecture";
  synthesis.speak(spoken);
}
