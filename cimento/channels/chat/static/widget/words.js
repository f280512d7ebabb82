/* What the chat itself says. Answers, numbers and steps come from the server. */

export const TITLE = "Assistant cimentoplastie";

export const URGENT =
  "En cas d'urgence, appelez le 15 ou le 112. Si vous ne pouvez pas parler ou entendre\u00a0: " +
  "envoyez un SMS au 114.";

const DOCTOR = "Appelez immédiatement votre médecin";

const MINE = {
  box: "Votre question (sans nom ni numéro)",
  begin: "Des questions, selon le moment\u00a0:",
  preparation: "Ma préparation",
  print: "Imprimer ma liste",
  forget: "Effacer ma préparation",
  eve: "La veille de l'examen",
  day: "Le jour de l'examen",
};
const OTHERS = {
  box: "Votre question pour un proche (sans nom ni numéro)",
  begin: "Vous demandez pour un proche. N'écrivez ni son nom, ni ses numéros. Des questions, selon le moment\u00a0:",
  preparation: "La préparation de mon proche",
  print: "Imprimer sa liste",
  forget: "Effacer sa préparation",
  eve: "La veille de l'examen de mon proche",
  day: "Le jour de l'examen de mon proche",
};

/** Return what stands around the answers, worded for who is treated or for somebody else. */
export const frame = (other) => (other ? OTHERS : MINE);

/** Return a text whose signs never begin a line. */
export const tied = (text) => text.replace(/ (?=[:;!?»])/g, "\u00a0");

/** Return the heading of an alarm, undefined when there is none. `other`: for somebody else. */
export function alarmOf(escalation, other) {
  if (escalation === "medecin") return other ? DOCTOR.replace("votre", "son") : DOCTOR;
  return { urgence: "Urgence", equipe: "N'hésitez pas à demander" }[escalation];
}

/** Return an alarm's text without a first sentence that its heading says already. */
export const afterHeading = (text) => (text.startsWith(`${DOCTOR}. `) ? text.slice(DOCTOR.length + 2) : text);

export const SAY = {
  erased: "La conversation est effacée.",
  erasedHere: "La conversation est effacée de cet écran. Le serveur ne la reconnaît plus.",
  notErased: "La conversation n'est pas effacée.",
  notJudged: "Votre avis n'est pas enregistré.",
  copied: "La conversation est copiée.",
  notCopied: "Ce navigateur ne permet pas la copie. Vous pouvez imprimer la conversation.",
  kept: "Votre message est resté dans la zone de saisie.",
  noVoice: "Cet appareil n'a pas de voix française. La lecture n'est pas possible.",
  other: "Ici, «\u00a0vous\u00a0» désigne votre proche.",
  mine: "Les réponses sont pour vous.",
  renewed: "La conversation précédente est terminée. Une nouvelle a commencé.",
  simpler: "Plus simple", // asked as if it had been typed
  slow: "La réponse tarde.",
  thanks: "Merci, votre avis est enregistré.",
  typing: "L'assistant écrit…",
  unreachable: `${URGENT} L'assistant ne répond pas pour le moment.`,
  wait: `${URGENT} Un instant\u00a0: la réponse arrive.`,
};
