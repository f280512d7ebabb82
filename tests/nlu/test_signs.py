"""The names of signs are heard, misspelt or not, and not when their clause denies them."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimento.nlu import alarms, lexicon, signs
from cimento.nlu.message_model import Reading
from tests.mistyping import mistype

WORDS = [
    (sign, word) for sign in signs.SIGNS for word in lexicon.load("signs")[sign]["words"].split()
]
TOLD = ["j'ai {} depuis hier", "{}", "bonjour, mon mari a {}, que faire ?", "{} cette nuit !!"]
DENIED = [
    "pas de {}",
    "ni {} ni rien d'autre",
    "aucun {} ce matin",
    "tout va bien, sans {}",
    "{} : non",
]

said = st.tuples(st.sampled_from(WORDS), st.sampled_from(TOLD), st.integers(0, 10_000))


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("ni fièvre ni frissons", []),
        ("pas de frissons par contre 38,9", ["fever"]),
        ("aucun essoufflement", []),
        ("la fièvre est tombée", []),
        ("et si j'ai de la fièvre ?", ["fever"]),
        ("je n'arrive plus à respirer", ["emergency"]),
        ("pas de fièvre, frissons ou douleurs inhabituelles", []),
        ("pas de fièvre mais je claque des dents", ["chills"]),
        ("pas de fièvre, je claque des dents", ["chills"]),
        ("37,2 ce matin", []),
        ("je ne sens plus mes jambes", ["emergency"]),
        ("au secours", ["emergency"]),
    ],
)
def test_names_and_their_denials(text: str, present: list[str]) -> None:
    assert signs.present(signs.read(text)) == present


@given(said)
def test_a_name_with_one_typing_error_is_heard(one: tuple[tuple[str, str], str, int]) -> None:
    (sign, word), frame, seed = one
    assert sign in signs.present(signs.read(frame.format(mistype(word, 1, random.Random(seed)))))


@given(st.sampled_from(WORDS), st.sampled_from(DENIED))
def test_a_name_that_is_denied_is_not_heard(one: tuple[str, str], frame: str) -> None:
    assert signs.present(signs.read(frame.format(one[1]))) == []


@given(said, st.sampled_from("\u200b\u00ad\u2060\u202e\ufeff"), st.integers(0, 40))
def test_what_nobody_sees_hides_no_name(
    one: tuple[tuple[str, str], str, int], unseen: str, place: int
) -> None:
    (sign, word), frame, _ = one
    text = frame.format(word)
    assert sign in signs.present(signs.read(text[:place] + unseen + text[place:]))


@given(st.text(max_size=3000))
def test_any_text_is_read(text: str) -> None:
    assert set(signs.present(signs.read(text))) <= set(signs.SIGNS)


class Said:
    """A reader that reads the same in all."""

    def __init__(self, reading: Reading | None) -> None:
        self.reading = reading

    def read(self, text: str) -> Reading:
        if self.reading is None:
            raise RuntimeError(text)
        return self.reading


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = alarms.listen_with(None)
    yield
    alarms.listen_with(before)


def test_the_reader_is_asked_before_names() -> None:
    alarms.listen_with(Said(Reading([], 0.9, "emergency", is_alarm=True)))
    assert alarms.heard("tout va bien") == "emergency"
    alarms.listen_with(Said(Reading([], 0.1, "emergency", is_alarm=False)))
    assert alarms.heard("un film à frissons") is None


@pytest.mark.parametrize("reader", [None, Said(None)], ids=["absent", "broken"])
def test_names_are_heard_when_no_reader_answers(
    reader: Said | None, caplog: pytest.LogCaptureFixture
) -> None:
    alarms.listen_with(reader)
    assert alarms.heard("j'ai de la fièvre") == "fever"
    assert alarms.heard("??") is None
    assert "fièvre" not in caplog.text
