"""How the topics relate: which are alarms elsewhere, which are no question, which are near."""

from cimento.nlu.signs import SIGNS

SEVERAL = "several_questions"
NEGATED = "negated_symptom"
NOT_IN_SHEET = "not_in_sheet"
BEFORE_ACT = "symptom_before"
OTHER_PERSON = "other_person"
# Topics that place an alarm elsewhere: with another person, or before the act.
ELSEWHERE = {BEFORE_ACT, OTHER_PERSON}
DENIES = {"deny", NEGATED}
# Said of an alarm's advice, of the answers, of a check-in: nothing is answered beside them.
TALK = {
    "call_doubt", "call_will", "call_done", "call_unanswered", "call_unable", "call_settled",
    "not_my_question", "ask_easier", "ask_which_point", "ask_other_moment",
    "unsure", "wrong_person", "opt_out", "correct_yes", "correct_no", "ask_check_in",
}  # fmt: skip
# Topics that are no question of the sheet: never the second of two questions.
NO_QUESTION = set(SIGNS) | ELSEWHERE | TALK | {
    "greet", "thanks", "goodbye", "affirm", "deny", "what_next", "repeat", "help", "insult",
    "out_of_scope", "bot_challenge", "tell_moment", NEGATED, NOT_IN_SHEET, "unwell",
    "anxious", "human",
}  # fmt: skip
# A sign that is no alarm: what is asked with it is answered after it.
ASKED_WITH = {BEFORE_ACT, "worrying_sign"}
# Said beside a question, it is the question that is answered.
COURTESY = {"greet", "thanks", "goodbye", "affirm", "deny", "insult", "out_of_scope", "tell_moment"}
# What is never answered beside something else.
ALONE = NO_QUESTION - {NEGATED, NOT_IN_SHEET, "anxious", "human", "bot_challenge"}
# Every alarm already says whom to call and what to do; it leaves no room to reassure.
SAID_BY_ALARMS = {"contact", "human", "anxious", "aftercare", "eating", "instructions"}
# One question, two moments: (before, after, when the message tells neither).
BY_MOMENT = (("fasting", "eat_after", "eating"), ("prepare", "aftercare", "instructions"))
# Pairs so near that asking both is one question.
NEAR = (
    {"eating", "fasting"},
    {"eating", "eat_after"},
    {"instructions", "prepare"},
    {"instructions", "aftercare"},
    {"contact", "human"},
    # Asked of nothing, these are asked of the act: « C'est dangereux ? »
    {"risks", "ask_how_serious"},
    {"purpose", "ask_why"},
    {"course", "ask_how"},
    {"consent_freedom", "ask_must"},
)
