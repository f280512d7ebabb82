"""A follow-up that is cancelled, paused, resumed, moved; two patients on one phone."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from cimento.followup import audit, changes
from cimento.followup.alerts import read_alerts
from cimento.followup.changes import NoSuchFollowUp
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, EnrolmentRefused, enrol
from cimento.followup.models import Enrolment
from cimento.followup.plan import Planned
from cimento.followup.protocol import Protocol
from cimento.followup.schedule import PARIS
from cimento.store.database import Database
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeClock, FileGateway
from tests.followup.ticking import kinds, outcomes, reply, run_until, texts

WHO = "Mme Roy"
NEXT_WEEK = ("2027-03-17T16:00", "2027-03-17T08:30")  # discharge, act
TOMORROW = {"discharge": "2027-03-10T16:00", "act": "2027-03-10T08:30"}


def shown(planned: list[Planned]) -> list[tuple[str, str, str, str | None]]:
    return [
        (sms.step, sms.due.astimezone(PARIS).strftime("%d/%m %Hh"), sms.state, sms.reason)
        for sms in planned
    ]


def test_what_is_cancelled_is_not_sent_and_can_be_enrolled_again(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway, enrolled: Enrolled,
) -> None:  # fmt: skip
    clock.move(hours=22)
    dispatcher.tick()
    planned = changes.cancel(database, enrolled.id, WHO, clock.now)
    assert {sms.reason for sms in planned if sms.state == "dropped"} == {"cancelled", "too late"}
    run_until(dispatcher, clock, days=25)
    assert (len(texts(gateway)), kinds(database)) == (1, [])
    for change in (changes.pause, changes.resume):
        with pytest.raises(EnrolmentRefused, match="annulé"):
            change(database, enrolled.id, WHO, clock.now)
    again = request(discharge="2027-03-14T16:00")
    assert enrol(database, protocol, again, NOON + timedelta(days=5)).merged
    trail = [(entry.actor, entry.action, entry.about) for entry in audit.read(database)]
    assert trail[1] == (WHO, "cancel", f"follow-up {enrolled.id}")


def test_what_is_paused_waits_and_is_not_late(
    database: Database, dispatcher: Dispatcher, clock: FakeClock, gateway: FileGateway,
    protocol: Protocol, enrolled: Enrolled,
) -> None:  # fmt: skip
    clock.move(hours=22)
    dispatcher.tick()
    planned = changes.pause(database, enrolled.id, WHO, clock.now)
    assert {sms.reason for sms in planned if sms.state == "pending"} == {"paused"}
    run_until(dispatcher, clock, days=3)
    assert (len(texts(gateway)), kinds(database)) == (1, [])
    changes.resume(database, enrolled.id, WHO, clock.now)
    run_until(dispatcher, clock, days=20)
    assert texts(gateway)[1:] == [protocol.text("three_weeks")]


def test_an_act_that_moves_is_not_told_for_tomorrow(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway,
) -> None:  # fmt: skip
    first = enrol(database, protocol, request(**TOMORROW), NOON)
    planned = changes.move(database, protocol, first.id, *NEXT_WEEK, WHO, NOON)
    assert shown(planned) == [
        ("evening_before", "16/03 18h", "pending", None),
        ("day_of_return", "17/03 16h", "pending", None),
        ("day_1", "18/03 10h", "pending", None),
        ("day_3", "20/03 10h", "pending", None),
        ("three_weeks", "07/04 10h", "pending", None),
    ]
    run_until(dispatcher, clock, days=6)
    assert texts(gateway) == []


def test_the_eve_told_of_another_day_is_told_again(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway,
) -> None:  # fmt: skip
    first = enrol(database, protocol, request(**TOMORROW), NOON)
    clock.move(hours=6)
    dispatcher.tick()
    planned = changes.move(database, protocol, first.id, *NEXT_WEEK, WHO, clock.now)
    assert [(sms.step.partition("-")[0], sms.state) for sms in planned][:2] == [
        ("evening_before.moved", "sent"),
        ("evening_before", "pending"),
    ]
    run_until(dispatcher, clock, days=8)
    assert texts(gateway)[:2] == [protocol.text("evening_before")] * 2


def test_a_check_in_of_the_date_before_awaits_no_answer(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    enrolled: Enrolled, gateway: FileGateway,
) -> None:  # fmt: skip
    clock.move(hours=22)
    dispatcher.tick()
    clock.move(hours=4)
    dispatcher.tick()  # and its reminder
    changes.move(database, protocol, enrolled.id, "2027-03-12T16:00", "", WHO, clock.now)
    run_until(dispatcher, clock, days=2)
    assert kinds(database) == []
    run_until(dispatcher, clock, days=1)
    assert texts(gateway).count(protocol.text("day_1")) == 2


def test_a_new_date_for_the_same_ward_reference_moves_the_one_there_is(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway,
) -> None:  # fmt: skip
    first = enrol(database, protocol, request(ward_reference="K7-0312", **TOMORROW), NOON)
    later = {"discharge": "2027-04-20T16:00", "act": "2027-04-20T08:30"}
    again = enrol(database, protocol, request(ward_reference="K7-0312", **later), NOON)
    assert (again.id, again.merged) == (first.id, True)
    assert shown(again.plan)[0] == ("evening_before", "19/04 18h", "pending", None)
    run_until(dispatcher, clock, days=30)
    assert texts(gateway) == []


def test_a_discharge_that_moves_asks_when_the_act_is(
    database: Database, protocol: Protocol
) -> None:
    first = enrol(database, protocol, request(**TOMORROW), NOON)
    with pytest.raises(EnrolmentRefused, match="redonnez la date de l'acte"):
        changes.move(database, protocol, first.id, NEXT_WEEK[0], "", WHO, NOON)
    with pytest.raises(EnrolmentRefused, match="redonnez la date de l'acte"):
        enrol(database, protocol, request(discharge="2027-03-11T16:00"), NOON)


def test_refusals(database: Database, protocol: Protocol, enrolled: Enrolled) -> None:
    for change in (changes.cancel, changes.pause, changes.resume):
        with pytest.raises(NoSuchFollowUp, match="99"):
            change(database, 99, WHO, NOON)
        with pytest.raises(EnrolmentRefused, match="nom"):
            change(database, enrolled.id, " ", NOON)
    with pytest.raises(EnrolmentRefused, match="24 heures"):
        changes.move(database, protocol, enrolled.id, "2027-01-01T10:00", "", WHO, NOON)


def test_a_move_does_not_write_to_who_is_not_the_patient(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    enrolled: Enrolled,
) -> None:  # fmt: skip
    clock.move(hours=22)
    dispatcher.tick()
    reply(database, clock.now, "wrong_person")
    planned = changes.move(database, protocol, enrolled.id, "2027-03-14T16:00", "", WHO, clock.now)
    assert {sms.state for sms in planned} == {"sent", "dropped"}


# The ward's reference


def test_a_ward_reference_is_encrypted_and_told_with_alerts_alone(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway,
) -> None:  # fmt: skip
    enrol(database, protocol, request(ward_reference=" K7   0312 "), NOON)
    clock.move(hours=22)
    run_until(dispatcher, clock, hours=10)
    (alert,) = read_alerts(database)
    assert (alert.kind, alert.ward_reference) == ("silence", "K7 0312")
    assert not [text for text in texts(gateway) if "0312" in text]
    file = Path(database.engine.url.database)
    stored = b"".join(part.read_bytes() for part in file.parent.glob("followup.db*"))
    assert b"0312" not in stored


@pytest.mark.parametrize("reference", ["x" * 51, "a\x00b"])
def test_a_reference_that_is_none_is_refused(
    database: Database, protocol: Protocol, reference: str
) -> None:
    with pytest.raises(EnrolmentRefused, match="Référence du service"):
        enrol(database, protocol, request(ward_reference=reference), NOON)


def test_one_reference_under_two_numbers_is_refused_until_one_is_cancelled(
    database: Database, protocol: Protocol
) -> None:
    first = enrol(database, protocol, request(ward_reference="K7"), NOON)
    other = request("0698765432", ward_reference="K7")
    with pytest.raises(EnrolmentRefused, match=rf"n° {first.id}\) : annulez"):
        enrol(database, protocol, other, NOON)
    changes.cancel(database, first.id, WHO, NOON)
    assert not enrol(database, protocol, other, NOON).merged


# Two patients on one phone


@pytest.fixture
def couple(database: Database, protocol: Protocol) -> tuple[Enrolled, Enrolled]:
    """Two patients on one phone: home on the 9th and on the 11th."""
    hers = enrol(database, protocol, request(ward_reference="ELLE"), NOON)
    his = request(ward_reference="LUI", discharge="2027-03-11T16:00")
    return hers, enrol(database, protocol, his, NOON)


def test_both_are_kept_and_each_sms_says_whom_it_is_about(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway, couple: tuple[Enrolled, Enrolled],
) -> None:  # fmt: skip
    hers, his = couple
    assert (his.merged, his.others) == (False, [hers.id])
    while clock.now < NOON + timedelta(days=6):
        dispatcher.tick()
        reply(database, clock.now)
        clock.move(minutes=30)
    steps = ("day_of_return", "day_1", "day_3")
    homes = ("le 9", "le 11")
    assert Counter(texts(gateway)) == Counter(protocol.text(s, h) for s in steps for h in homes)
    assert "Personne rentrée le 9 : a-t-elle fièvre" in protocol.text("day_1", "le 9")
    assert kinds(database) == []


def test_one_is_asked_once_the_other_has_answered(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway, couple: tuple[Enrolled, Enrolled],
) -> None:  # fmt: skip
    clock.move(days=2, hours=22)  # 10:00 on the 12th: her third day, his first
    dispatcher.tick()
    (asked,) = texts(gateway)
    clock.move(minutes=5)
    about = reply(database, clock.now, "unwell", level="medecin", text="1")
    dispatcher.tick()
    _, then = texts(gateway)
    assert {asked, then} == {protocol.text("day_3", "le 9"), protocol.text("day_1", "le 11")}
    assert (about == couple[0].id) == (asked == protocol.text("day_3", "le 9"))
    reply(database, clock.now, text="2")
    assert set(outcomes(database).values()) == {"sign", "none"}


def test_a_check_in_that_waited_in_vain_is_told(
    database: Database, dispatcher: Dispatcher, clock: FakeClock, gateway: FileGateway,
    couple: tuple[Enrolled, Enrolled],
) -> None:  # fmt: skip
    clock.move(days=3, hours=2)  # the worker was off until 14:00 on the 12th
    run_until(dispatcher, clock, hours=7)
    assert kinds(database) == ["undeliverable"]
    run_until(dispatcher, clock, days=1)
    assert kinds(database) == ["undeliverable", "silence"]
    assert len([text for text in texts(gateway) if "a-t-elle" in text]) == 1


def test_the_same_day_is_told_by_its_hour(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock,
    gateway: FileGateway,
) -> None:  # fmt: skip
    enrol(database, protocol, request(ward_reference="ELLE"), NOON)
    enrol(database, protocol, request(ward_reference="LUI", discharge="2027-03-09T18:00"), NOON)
    clock.move(hours=6)
    dispatcher.tick()
    homes = ("le 9 à 16h", "le 9 à 18h")
    assert set(texts(gateway)) == {protocol.text("day_of_return", home) for home in homes}


def test_a_second_stay_of_one_patient_is_not_two_patients(
    database: Database, protocol: Protocol, enrolled: Enrolled
) -> None:
    later = enrol(database, protocol, request(discharge="2027-06-09T16:00"), NOON)
    assert (later.merged, later.others) == (False, [])
    with database.begin() as session:
        assert session.query(Enrolment).count() == 2
