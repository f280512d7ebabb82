/* « A-t-il répondu ? »: yes, or no and why, each in one touch. */

import { button, el } from "./dom.js";
import { SERVICE_CALL, callButton } from "./text.js";
import { allQuestions, simpler } from "./topics.js";
import { SAY } from "./words.js";

const QUESTION = "Ce message a-t-il répondu à votre question\u00a0?";
const WHY = "Qu'est-ce qui n'allait pas\u00a0?";
const REASONS = {
  off: "Ce n'est pas ma question",
  hard: "C'est trop compliqué",
  partial: "C'est incomplet",
  other: "Autre chose",
};

/** Return the question about an answer; `chat` records, tells, asks and offers. */
export function feedback(entry, chat) {
  // Focus goes to what it asks next: the log is not to say it too.
  const group = el("div", { class: "feedback", role: "group", "aria-live": "off" });
  const put = (label, ...content) => {
    group.setAttribute("aria-label", label);
    group.replaceChildren(el("p", {}, label), ...content);
  };
  const judge = async (helpful, reason, then) => {
    try {
      await chat.conversation.judge(entry, helpful, reason);
    } catch (failure) {
      return chat.notice.complain(failure, () => judge(helpful, reason, then), SAY.notJudged);
    }
    chat.notice.tell(SAY.thanks);
    then();
  };
  const after = (reason) => {
    put(
      "Que voulez-vous faire\u00a0?",
      reason === "hard" && entry.can_be_easier ? simpler(chat) : allQuestions(chat), callButton(SERVICE_CALL),
    );
    bring();
  };
  const why = () => {
    put(WHY, ...Object.entries(REASONS).map(([reason, label]) => button(label, () => judge(false, reason, () => after(reason)))));
    bring();
  };
  const bring = () => {
    group.querySelector("button").focus();
    chat.log.reveal(group);
  };
  put(
    QUESTION,
    button("Oui", () => judge(true, null, () => (group.remove(), chat.focusBox()))),
    button("Non", () => judge(false, null, why)),
  );
  return group;
}
