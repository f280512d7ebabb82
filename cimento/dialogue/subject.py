"""What a conversation is about: the topics of the latest answer that had any."""

from collections.abc import Container, Iterable, Sequence

from cimento.dialogue.turns import Turn, custom_objects, said

NOT_IN_SHEET = "not_in_sheet"
CHECK_IN = "check_in"  # spoken of when its question was the last thing said
_ITS_QUESTION = "utter_ask_symptom__has_sign"
# Offered on buttons, and no subject of the sheet to ask further about.
_NO_SUBJECT = {
    "human", "bot_challenge", "help", "anxious", "what_next", "default", "out_of_scope",
}  # fmt: skip
_LOOKS_BACK = 4  # turns: thanks and small talk do not change the subject


def subjects_there_are(titles: Iterable[str]) -> list[str]:
    """Return the topics, among those that have one of `titles`, to ask further about."""
    return [topic for topic in titles if topic not in _NO_SUBJECT]


def topics_of(turn: Turn, known: Container[str]) -> list[str]:
    """Return the topics, among those `known`, that `turn` answered, in order, each once."""
    told = (entry["topic"] for entry in custom_objects(turn))
    return list(dict.fromkeys(t for t in told if t in known and t not in _NO_SUBJECT))


def subjects(turns: Sequence[Turn], known: Container[str]) -> list[str]:
    """Return the topics that the latest answer before the present message treated.

    `turns`: the present one last; `known`: the topics that have a title. CHECK_IN alone when it
    was the question of a check-in; an empty list when nothing was spoken of lately.
    """
    for turn in reversed(turns[-1 - _LOOKS_BACK : -1]):
        if found := topics_of(turn, known):
            return found
        if _ITS_QUESTION in said(turn):
            return [CHECK_IN]
    return []
