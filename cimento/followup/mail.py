"""E-mail the team that there is something to read. It says how urgent, and nothing else:
no number, no words, no symptom; those are read where the reader is known."""

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from cimento.followup.models import Alert, AlertKind
from cimento.store.database import Database

logger = logging.getLogger(__name__)

_SECONDS = 30  # for the SMTP server to answer
_LEASE = timedelta(minutes=5)  # how long one worker alone tries to send about an alert
_MOST = 200  # alerts in one e-mail
_URGENT = (AlertKind.ALARM, AlertKind.HUMAN)
_WAITING = (Alert.taken_at.is_(None), Alert.acknowledged_at.is_(None))  # for somebody


@dataclass(frozen=True)
class Mailer:
    """Sends through `url`: smtp://user:password@host:587 (STARTTLS) or smtps://…:465.

    Nothing is sent, no password either, without TLS and a certificate that this machine trusts
    for that name; except to this machine itself.
    """

    url: str = field(repr=False)
    sender: str
    to: str  # addresses, comma between them
    page: str = ""  # where alerts are read, if there is a page

    def send(self, subject: str, body: str) -> None:
        """Send one e-mail. Raises OSError or smtplib.SMTPException."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, self.sender, self.to
        message.set_content(body)
        parts = urlsplit(self.url)
        host, trusted = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            with smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=_SECONDS, context=trusted
            ) as connection:
                self._hand_over(connection, message)
            return
        with smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS) as connection:
            if not _is_here(host):
                # Raises SMTPNotSupportedError when the offer was taken out on the way.
                connection.starttls(context=trusted)
            self._hand_over(connection, message)

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage) -> None:
        parts = urlsplit(self.url)
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        connection.send_message(message)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def compose(urgent: list[int], others: list[int], page: str = "") -> tuple[str, str]:
    """Return (subject, body) of the e-mail about these alerts, in French. `page`: where they are
    read, if there is a page."""
    subject = f"Suivi par SMS : {len(urgent) + len(others)} alerte(s) à lire"
    if urgent:
        subject = f"[urgent] {subject}"
    lines = ["Des patients suivis par SMS attendent votre lecture.", ""]
    for label, ids in (("À lire tout de suite", urgent), ("À lire aujourd'hui", others)):
        if ids:
            lines.append(f"{label} : alerte(s) n° {', '.join(map(str, ids))}.")
    lines += [
        "",
        f"Lisez-les ici : {page}" if page else "Lisez-les dans l'outil de suivi.",
        "Une alerte urgente dont personne ne s'occupe est envoyée de nouveau.",
        "Ce message ne contient volontairement aucune donnée de santé. N'y répondez pas.",
    ]
    return subject, "\n".join(lines)


def _lease(database: Database, now: datetime) -> list[tuple[int, str]]:
    """Reserve the alerts an e-mail is due about; return their (id, kind)."""
    query = (
        sa.select(Alert)
        .where(Alert.next_mail_at <= now, *_WAITING)
        .order_by(Alert.id)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )
    with database.begin() as session:
        alerts = list(session.execute(query).scalars())
        for alert in alerts:
            alert.next_mail_at = now + _LEASE
        return [(alert.id, alert.kind) for alert in alerts]


def mail_alerts(database: Database, mailer: Mailer, now: datetime, repeat: timedelta) -> int:
    """Send one e-mail about the alerts that are due; return how many alerts it is about.

    Alarms and wishes for a human come again every `repeat` until somebody takes care of them. When
    the server fails, or this worker dies, all come again: rather twice than never.
    """
    due = _lease(database, now)
    if not due:
        return 0
    urgent = [id_ for id_, kind in due if kind in _URGENT]
    others = [id_ for id_, kind in due if kind not in _URGENT]
    try:
        mailer.send(*compose(urgent, others, mailer.page))
    except (OSError, smtplib.SMTPException) as error:
        logger.error("No e-mail about %d alerts: %s.", len(due), type(error).__name__)
        return 0
    update = sa.update(Alert).where(*_WAITING)
    with database.begin() as session:
        for ids, next_at in ((urgent, now + repeat), (others, None)):
            session.execute(
                update.where(Alert.id.in_(ids)).values(next_mail_at=next_at),
                execution_options={"synchronize_session": False},
            )
    return len(due)
