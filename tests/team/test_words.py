"""What is written on the pages: every code has its words, days are said as one says them."""

from datetime import datetime, timedelta, timezone

from cimento.followup import changes, delivery, plan, replies
from cimento.followup.models import AlertKind, Closing, State
from cimento.followup.outcome import Outcome
from cimento.followup.schedule import PARIS
from cimento.team import words
from cimento.team.pages import age, day, when
from cimento.team.roles import ALLOWED, FRENCH, Role

NOW = datetime(2027, 3, 9, 12, tzinfo=PARIS)


def test_every_code_has_its_words() -> None:
    assert set(words.OUTCOMES) == set(Closing)
    assert set(words.STATES) == set(State)
    assert set(words.ANSWERS) == set(Outcome)
    assert set(words.KINDS) == set(AlertKind)
    assert set(ALLOWED) == set(FRENCH) == set(Role)
    reasons = {delivery.TOO_LATE, delivery.UNREACHABLE, plan.PAUSED, plan._OF_THE_DATE_BEFORE}
    reasons |= {replies._WRONG_NUMBER, replies._ANSWERED, replies._TOLD, changes._CANCELLED}
    assert reasons <= set(words.REASONS)


def test_a_providers_own_words_are_not_shown() -> None:
    assert words.reason("error 21610: blacklisted") == "refusé par l'opérateur"
    assert words.reason(None) == ""


def test_days_and_ages_are_said_as_one_says_them() -> None:
    said = [day(NOW + timedelta(days=days), NOW) for days in (-1, 0, 1, 23, 300)]
    expected = ["hier", "aujourd'hui", "demain", "jeudi 1er avril", "lundi 3 janvier 2028"]
    assert said == expected
    assert (
        when(datetime(2027, 3, 9, 7, 5, tzinfo=timezone.utc), NOW)
        == "aujourd'hui, 8\u00a0h\u00a005"
    )
    ages = [age(NOW - timedelta(minutes=m), NOW) for m in (0, 59, 60, 200, 1440, 4000)]
    plain = [text.replace("\u00a0", " ") for text in ages]
    assert plain == ["0 min", "59 min", "1 h", "3 h 20", "1 jour", "2 jours"]
