/* What the chat itself says. Answers, numbers and steps come from the server. */

export const TITLE = "Assistant cimentoplastie";

export const URGENT =
  "En cas d'urgence, appelez le 15 ou le 112. Si vous ne pouvez pas parler ou entendre\u00a0: " +
  "envoyez un SMS au 114.";

const DOCTOR = "Appelez immédiatement votre médecin";

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
  other: "Pour la personne opérée\u00a0: ici, «\u00a0vous\u00a0» la désigne.",
  renewed: "La conversation précédente est terminée. Une nouvelle a commencé.",
  simpler: "Plus simple", // asked as if it had been typed
  slow: "La réponse tarde.",
  thanks: "Merci, votre avis est enregistré.",
  typing: "L'assistant écrit…",
  unreachable: `${URGENT} L'assistant ne répond pas pour le moment.`,
  wait: `${URGENT} Un instant\u00a0: la réponse arrive.`,
};
