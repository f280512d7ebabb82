"""What it takes to say the last answer again, in the same words or in easier ones."""

from collections.abc import Sequence

from cimento.answers.catalogue import Catalogue
from cimento.dialogue.follow_up import FollowUp, Say
from cimento.dialogue.subject import NOT_IN_SHEET, topics_of
from cimento.dialogue.turns import Turn, said

# Filled in with the words of one moment: their topic's own answer is said again instead.
_FILLED = "utter_follow_up/"
_NOTHING = Say("utter_help/nothing_to_repeat")


class Again:
    """Says the last answer again, from the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._follow_up = FollowUp(catalogue)

    def same(self, turns: Sequence[Turn]) -> list[Say]:
        """Return what the latest turn that said something said. `turns`: the present one last."""
        turn = _latest(turns)
        return [Say(name) for name in self._standing(turn)] if turn else [_NOTHING]

    def easier(self, turns: Sequence[Turn], channel: str) -> list[Say]:
        """Return the easy wordings of what was said last. Of what has none, or was said in it
        already, the sentence that matters most and the number: never the same text again."""
        spoken = [turn for turn in turns if not _is_refusal(turn)]
        turn = _latest(spoken) or _latest(turns)
        if turn is None:
            return [_NOTHING]
        easier = self._catalogue.easier
        found = [Say(easier[name]) for name in self._standing(turn) if name in easier]
        topics = [t for t in topics_of(turn, self._catalogue.titles) if self._catalogue.is_calm(t)]
        if not found and topics:
            found = [self._follow_up.filled("utter_follow_up/in_short", topics[-1], channel)]
        return found or [Say(name) for name in self._standing(turn)]

    def _standing(self, turn: Turn) -> list[str]:
        names = [name for name in said(turn) if not name.startswith(_FILLED)]
        return names or [f"utter_{topic}" for topic in topics_of(turn, self._catalogue.titles)]


def _is_refusal(turn: Turn) -> bool:
    return said(turn) == [f"utter_{NOT_IN_SHEET}"]


def _latest(turns: Sequence[Turn]) -> Turn | None:
    return next((turn for turn in reversed(turns[:-1]) if said(turn)), None)
