"""E-mails about alerts, against a real SMTP server."""

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from cimento.followup import alerts, mail
from cimento.followup.enrolment import Enrolled
from cimento.followup.mail import Mailer, mail_alerts
from cimento.followup.models import AlertKind
from cimento.ops.processes import free_port
from cimento.store.database import Database
from tests.certificates import certify
from tests.followup.conftest import NOON

REPEAT = timedelta(minutes=30)


class Inbox:
    """Keeps the e-mails it is given; refuses them while `closed`."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.closed = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.closed:
            return "451 try later"
        message = BytesParser(EmailMessage, policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailer(inbox: Inbox) -> Iterator[Mailer]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield Mailer(f"smtp://127.0.0.1:{controller.port}", "cimento@chu.example", "a@b.example")
    controller.stop()


def add(database: Database, enrolled: Enrolled, kind: AlertKind) -> None:
    words = "j'ai 39 de fièvre, rappelez-moi"
    alerts.raise_alert(database, enrolled.conversation_id, kind, NOON, "medecin", words)


def body(message: EmailMessage) -> str:
    content = message.get_content()
    assert isinstance(content, str)
    return content


def test_an_email_says_how_urgent_and_nothing_about_the_patient(
    database: Database, enrolled: Enrolled, mailer: Mailer, inbox: Inbox
) -> None:
    add(database, enrolled, AlertKind.ALARM)
    add(database, enrolled, AlertKind.SILENCE)
    assert mail_alerts(database, mailer, NOON, REPEAT) == 2
    (message,) = inbox.messages
    assert message["Subject"] == "[urgent] Suivi par SMS : 2 alerte(s) à lire"
    assert message["To"] == "a@b.example"
    assert "À lire tout de suite : alerte(s) n° 1." in body(message)
    assert "À lire aujourd'hui : alerte(s) n° 2." in body(message)
    everything = str(message["Subject"]) + body(message)
    for told in ("6123", "fièvre", "39", "medecin", "sms-", "silence", "ciment"):
        assert told not in everything


def test_an_email_leads_to_the_page_in_one_click(
    database: Database, enrolled: Enrolled, mailer: Mailer, inbox: Inbox
) -> None:
    add(database, enrolled, AlertKind.ALARM)
    linked = replace(mailer, page="https://suivi.chu.example/equipe/a-faire")
    assert mail_alerts(database, linked, NOON, REPEAT) == 1
    assert "Lisez-les ici : https://suivi.chu.example/equipe/a-faire" in body(inbox.messages[0])


def test_alarms_come_again_until_acknowledged(
    database: Database, enrolled: Enrolled, mailer: Mailer, inbox: Inbox
) -> None:
    add(database, enrolled, AlertKind.ALARM)
    add(database, enrolled, AlertKind.SILENCE)
    sent = [
        mail_alerts(database, mailer, NOON + timedelta(minutes=minutes), REPEAT)
        for minutes in (0, 1, 29, 30, 31, 60)
    ]
    assert sent == [2, 0, 0, 1, 0, 1]
    assert alerts.acknowledge(database, 1, "Dr Martin", NOON)
    assert mail_alerts(database, mailer, NOON + timedelta(days=1), REPEAT) == 0


def test_the_first_name_stays(database: Database, enrolled: Enrolled) -> None:
    add(database, enrolled, AlertKind.HUMAN)
    alerts.acknowledge(database, 1, "Dr Martin", NOON)
    alerts.acknowledge(database, 1, "Dr Petit", NOON)
    assert alerts.read_alerts(database) == []
    assert alerts.read_alerts(database, everything=True)[0].acknowledged_by == "Dr Martin"
    assert not alerts.acknowledge(database, 2, "Dr Martin", NOON)


def test_a_server_that_fails_is_asked_again(
    database: Database, enrolled: Enrolled, mailer: Mailer, inbox: Inbox
) -> None:
    add(database, enrolled, AlertKind.UNDELIVERABLE)
    inbox.closed = True
    assert mail_alerts(database, mailer, NOON, REPEAT) == 0
    inbox.closed = False
    assert mail_alerts(database, mailer, NOON + timedelta(minutes=1), REPEAT) == 0
    assert mail_alerts(database, mailer, NOON + timedelta(minutes=5), REPEAT) == 1


def test_a_server_that_is_away_is_asked_again(database: Database, enrolled: Enrolled) -> None:
    add(database, enrolled, AlertKind.UNDELIVERABLE)
    mailer = Mailer(f"smtp://127.0.0.1:{free_port()}", "a@b.example", "c@d.example")
    assert mail_alerts(database, mailer, NOON, REPEAT) == 0
    with pytest.raises(OSError, match="refused"):
        mailer.send("x", "y")


def test_a_password_is_never_sent_to_a_server_that_does_not_ask(mailer: Mailer) -> None:
    with_password = Mailer(mailer.url.replace("//", "//user:secret@"), "a@b.example", "c@d.example")
    with pytest.raises(smtplib.SMTPException):
        with_password.send("x", "y")
    assert "secret" not in repr(with_password)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of these tests counts as one across a network."""
    monkeypatch.setattr(mail, "_is_here", lambda host: False)


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("a.b", False)],
)
def test_only_this_machine_is_trusted_without_tls(host: str, here: bool) -> None:
    assert mail._is_here(host) is here


@pytest.mark.usefixtures("elsewhere")
def test_without_tls_neither_password_nor_mail_leaves(mailer: Mailer, inbox: Inbox) -> None:
    """An attacker on the way has taken STARTTLS out of what the server offers."""
    with_password = Mailer(mailer.url.replace("//", "//user:secret@"), "a@b.example", "c@d.example")
    for sender in (mailer, with_password):
        with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
            sender.send("x", "y")
    assert inbox.messages == []


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """What a server says who nobody vouches for."""
    file, _ = certify(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.usefixtures("elsewhere")
def test_a_server_that_nobody_vouches_for_gets_nothing(
    inbox: Inbox, self_signed: ssl.SSLContext
) -> None:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), tls_context=self_signed)
    controller.start()
    try:
        sender = Mailer(f"smtp://127.0.0.1:{controller.port}", "a@b.example", "c@d.example")
        with pytest.raises(ssl.SSLCertVerificationError):
            sender.send("x", "y")
    finally:
        controller.stop()
    assert inbox.messages == []
