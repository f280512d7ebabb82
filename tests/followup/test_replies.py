"""What a patient's words change of a check-in: only an answer closes it."""

from datetime import timedelta

import pytest

from cimento.followup import replies
from cimento.followup.alerts import read_alerts
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled
from cimento.followup.models import Delivery
from cimento.store.database import Database
from cimento.store.vault import conversation_id
from tests.followup.fakes import FakeClock, FileGateway
from tests.followup.ticking import kinds, outcomes, reply, run_until, texts

NUMBER = "+33612345678"


@pytest.fixture(autouse=True)
def day_1(dispatcher: Dispatcher, enrolled: Enrolled, clock: FakeClock) -> None:
    """The first check-in is open: 10:00 of the day after."""
    clock.move(hours=22)
    dispatcher.tick()
    clock.move(minutes=10)


def test_a_shrug_then_silence_is_told(
    database: Database, dispatcher: Dispatcher, clock: FakeClock, gateway: FileGateway
) -> None:
    reply(database, clock.now, "unsure", "unwell", text="bof")
    assert outcomes(database) == {"day_1": "unresolved"}
    run_until(dispatcher, clock, hours=9)
    assert len(texts(gateway)) == 2  # the reminder
    assert kinds(database) == ["silence"]


def test_two_answers_that_nobody_can_read_are_told_once(
    database: Database, dispatcher: Dispatcher, clock: FakeClock, gateway: FileGateway
) -> None:
    reply(database, clock.now, "unsure", "unwell", text="bof")
    assert kinds(database) == []
    for text in ("aucune idée", "chépa"):
        reply(database, clock.now, "unsure", "unwell", text=text)
    (alert,) = read_alerts(database)
    assert (alert.kind, alert.words, alert.detail) == ("unresolved", "aucune idée", "day_1")
    run_until(dispatcher, clock, hours=9)
    assert len(texts(gateway)) == 1  # no reminder: somebody calls
    assert kinds(database) == ["unresolved"]
    reply(database, clock.now, text="non, rien")
    assert outcomes(database) == {"day_1": "none"}


def test_a_question_keeps_the_check_in_open(
    database: Database, dispatcher: Dispatcher, clock: FakeClock, gateway: FileGateway
) -> None:
    reply(database, clock.now, "driving", "unwell", text="je peux conduire ?")
    assert outcomes(database) == {"day_1": "question"}
    clock.move(hours=4)
    dispatcher.tick()
    assert len(texts(gateway)) == 2
    reply(database, clock.now)
    assert outcomes(database) == {"day_1": "none", "day_1.reminder": "none"}
    run_until(dispatcher, clock, hours=9)
    assert kinds(database) == []


def test_a_wrong_number_gets_nothing_more_and_is_told(
    database: Database, dispatcher: Dispatcher, clock: FakeClock, gateway: FileGateway
) -> None:
    for _ in range(2):
        reply(database, clock.now, "wrong_person", text="vous vous trompez de numéro")
    assert outcomes(database) == {"day_1": "wrong_person"}
    (alert,) = read_alerts(database)
    assert (alert.kind, alert.words) == ("wrong_person", "vous vous trompez de numéro")
    run_until(dispatcher, clock, days=30)
    assert len(texts(gateway)) == 1
    assert kinds(database) == ["wrong_person"]


@pytest.mark.parametrize(("hours", "outcome"), [(24, "sign"), (24.01, "none")])
def test_a_correction_counts_for_a_day(
    database: Database, clock: FakeClock, hours: float, outcome: str
) -> None:
    reply(database, clock.now, text="2")
    later = clock.now + timedelta(hours=hours)
    reply(database, later, "correct_yes", level="medecin", text="en fait si")
    assert outcomes(database) == {"day_1": outcome}


def test_a_sign_taken_back_is_noted(database: Database, clock: FakeClock) -> None:
    reply(database, clock.now, "unwell", level="medecin", text="1")
    reply(database, clock.now, "negated_symptom", text="ça va mieux")
    assert outcomes(database) == {"day_1": "sign"}
    reply(database, clock.now, "correct_no", text="non je me suis trompé, c'est non")
    assert outcomes(database) == {"day_1": "none"}


def test_an_answer_is_about_the_last_check_in_alone(
    database: Database, dispatcher: Dispatcher, clock: FakeClock
) -> None:
    run_until(dispatcher, clock, days=2, hours=1)  # silent on day 1; asked again on day 3
    reply(database, clock.now)
    with database.begin() as session:
        answered = [row.step for row in session.query(Delivery).all() if row.answered_at]
    assert [step.partition(".")[0] for step in answered] == ["day_3"] * len(answered) != []


def test_a_stranger_answers_nothing(database: Database, clock: FakeClock) -> None:
    assert reply(database, clock.now, number="+33699999999") is None
    assert outcomes(database) == {}


@pytest.mark.parametrize("number", [NUMBER, "+33699999999"], ids=["enrolled", "a stranger"])
def test_stop_tells_the_team_of_the_end_of_a_follow_up(
    database: Database, clock: FakeClock, number: str
) -> None:
    reply(database, clock.now, "opt_out", number=number)
    for _ in range(2):
        replies.stop(database, conversation_id(number), clock.now, "ne m'envoyez plus rien")
    told = [(alert.kind, alert.words) for alert in read_alerts(database)]
    assert told == ([("stop", "ne m'envoyez plus rien")] if number == NUMBER else [])
    assert outcomes(database) == ({"day_1": "stop"} if number == NUMBER else {})
