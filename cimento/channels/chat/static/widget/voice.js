/* Reading aloud, by a French voice of the device itself: no word goes to a voice on the network. */

import { SAY } from "./words.js";

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

/** Read a text, or stop reading; `control` is the button, `tell` says when it cannot be done. */
export async function readAloud(text, control, tell) {
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
