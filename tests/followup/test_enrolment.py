"""Who is enrolled, who is refused and why, and what a second request changes."""

from datetime import timedelta

import pytest

from cimento.followup import replies
from cimento.followup.batch import import_csv
from cimento.followup.dispatch import Dispatcher
from cimento.followup.enrolment import Enrolled, EnrolmentRefused, enrol
from cimento.followup.models import Consent, Delivery, Enrolment, Person
from cimento.followup.protocol import Protocol
from cimento.store.database import Database
from tests.followup.conftest import NOON, request
from tests.followup.fakes import FakeClock, FileGateway


def rows(database: Database, table: type) -> list[Delivery]:
    with database.begin() as session:
        return list(session.query(table).all())


def test_consent_is_recorded(database: Database, enrolled: Enrolled) -> None:
    (consent,) = rows(database, Consent)
    assert (consent.event, consent.recorded_by) == ("given", "Mme Durand")
    assert consent.at == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": "05 56 79 56 79"}, "pas un mobile"),
        ({"number": ""}, "manque"),
        ({"discharge": "2027-03-07T16:00"}, "plus de 24 heures"),
        ({"discharge": "2030-03-07T16:00"}, "plus d'un an"),
        ({"discharge": "demain"}, "lisible"),
        ({"act": "2027-03-10T08:00"}, "précéder la sortie"),
        ({"act": "2020-03-10T08:00"}, "précéder la sortie"),
        ({"consent_by": " "}, "recueilli par"),
        ({"consent_by": "x" * 101}, "100"),
        ({"consent_by": "a\x00b"}, "recueilli par"),
        ({"consent_at": ""}, "la date manque"),
        ({"consent_at": "2027-03-09T13:00"}, "à venir"),
    ],
)
def test_refusals_leave_nothing(
    database: Database, protocol: Protocol, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(EnrolmentRefused, match=reason):
        enrol(database, protocol, request(**changes), NOON)
    assert rows(database, Person) == []


def test_every_reason_is_given(database: Database, protocol: Protocol) -> None:
    bad = request("15", discharge="x", consent_by="", consent_at="")
    with pytest.raises(EnrolmentRefused) as refusal:
        enrol(database, protocol, bad, NOON)
    for reason in ("numéro", "Sortie", "recueilli par", "la date manque"):
        assert reason in str(refusal.value)


def test_a_second_request_corrects_the_first(database: Database, protocol: Protocol) -> None:
    first = enrol(database, protocol, request(act="2027-03-09T14:00"), NOON)
    again = enrol(
        database, protocol, request("+33 6 12 34 56 78", discharge="2027-03-09T19:00"), NOON
    )
    assert (again.id, again.merged, first.merged) == (first.id, True, False)
    (enrolment,) = rows(database, Enrolment)
    assert enrolment.act_at is not None  # not given the second time: kept
    (advice,) = [row for row in rows(database, Delivery) if row.step == "day_of_return"]
    assert advice.next_at.hour == 18


def test_a_correction_never_sends_again(
    database: Database,
    protocol: Protocol,
    dispatcher: Dispatcher,
    gateway: FileGateway,
    clock: FakeClock,
    enrolled: Enrolled,
) -> None:
    clock.move(hours=4)
    dispatcher.tick()
    enrol(database, protocol, request(discharge="2027-03-09T17:00"), clock.now)
    clock.move(hours=1)
    dispatcher.tick()
    assert len(gateway.lines()) == 1


def test_a_corrected_date_revives_what_was_too_late(
    database: Database, protocol: Protocol, dispatcher: Dispatcher, clock: FakeClock, enrolled: Enrolled
) -> None:  # fmt: skip
    clock.move(hours=9)
    dispatcher.tick()  # the advice of the day was missed
    enrol(database, protocol, request(discharge="2027-03-10T16:00"), clock.now)
    (advice,) = [row for row in rows(database, Delivery) if row.step == "day_of_return"]
    assert advice.state == "pending"


def test_another_act_months_later_is_another_follow_up(
    database: Database, protocol: Protocol, enrolled: Enrolled
) -> None:
    later = request(discharge="2027-06-09T16:00")
    assert not enrol(database, protocol, later, NOON).merged
    assert len(rows(database, Person)) == 1
    assert len(rows(database, Enrolment)) == 2


def test_who_said_stop_is_not_enrolled_by_others(
    database: Database, protocol: Protocol, enrolled: Enrolled
) -> None:
    replies.stop(database, enrolled.conversation_id, NOON)
    with pytest.raises(EnrolmentRefused, match="REPRENDRE"):
        enrol(database, protocol, request(), NOON)


_HEADER = "number;discharge;act;consent_by;consent_at\n"
_LINES = (
    "06 12 34 56 78;2027-03-09T16:00;2027-03-09T14:00;Mme Désiré;2027-03-09T11:00\n"
    "0612345678;2027-03-09T17:00;;Mme Désiré;2027-03-09T11:00\n"
    "0556795679;2027-03-09T16:00;;;\n"
    "0612345679\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_line_of_a_csv_is_reported(
    database: Database, protocol: Protocol, encoding: str, separator: str, newline: str
) -> None:
    text = (_HEADER + _LINES).replace(";", separator).replace("\n", newline)
    report = list(import_csv(database, protocol, text.encode(encoding), NOON))
    assert [(line, accepted) for line, _, accepted, _ in report] == [
        (2, True),
        (3, True),
        (4, False),
        (5, False),
    ]
    assert [reported.outcome for reported in report][:2] == ["inscrit", "mis à jour"]
    assert "pas un mobile" in report[2][1]
    assert rows(database, Consent)[0].recorded_by == "Mme Désiré"


def test_a_csv_without_its_columns_is_refused(database: Database, protocol: Protocol) -> None:
    with pytest.raises(EnrolmentRefused, match="consent_at, consent_by, discharge"):
        list(import_csv(database, protocol, b"number;depart\n", NOON))
