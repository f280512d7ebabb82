"""`python -m cimento.followup …`: enrol, read alerts, erase, and run the worker and the API."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa
import uvicorn

from cimento.answers.sheet import SourceError
from cimento.followup import alerts, api, enrolment, erasure, overview, retention, worker
from cimento.followup.protocol import ProtocolError, read_protocol
from cimento.followup.schedule import PARIS
from cimento.settings.followup import FollowUpSettings, read_followup_settings, require_token
from cimento.settings.servers import SettingError
from cimento.settings.sms import read_sms_settings
from cimento.sms.gateway import Gateway
from cimento.sms.numbers import NumberRefused
from cimento.sms.providers import make_provider
from cimento.sms.tables import open_database
from cimento.store import database
from cimento.store.conversations import SqlConversations
from cimento.store.vault import VaultError

_TOLD = (
    *(SettingError, SourceError, ProtocolError, database.DatabaseError, VaultError, OSError),
    *(enrolment.EnrolmentRefused, NumberRefused),
)
GatewayFactory = Callable[[], Gateway]


def sms_gateway() -> Gateway:
    """Return the provider of SMS that the settings choose. Raises SettingError."""
    settings = read_sms_settings()
    return make_provider(settings, open_database(settings.database_url).engine)


def _conversations(settings: FollowUpSettings) -> erasure.Conversations:
    engine = open_database(settings.database_url).engine
    return erasure.SmsConversations(
        SqlConversations(database.connect(settings.conversations_url)), engine
    )


def _enrol(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    request = enrolment.Request(
        number=options.number,
        discharge=options.discharge,
        act=options.act,
        consent_by=options.consent_by,
        consent_at=options.consent_at,
    )
    base = database.open_database(settings.database_url)
    enrolled = enrolment.enrol(base, read_protocol(), request, worker.utc_now())
    print(f"{'Corrected' if enrolled.merged else 'Enrolled'}: follow-up {enrolled.id}.")
    return 0


def _import(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    content = options.file.read_bytes()
    refused = 0
    report = enrolment.import_csv(base, read_protocol(), content, worker.utc_now())
    for line, outcome, accepted in report:
        print(f"ligne {line} : {outcome}")
        refused += not accepted
    return 1 if refused else 0


def _alerts(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    for alert in alerts.read_alerts(base, options.all):
        at = alert.created_at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
        parts = [f"n° {alert.id}", at, alert.kind]
        parts += [alert.level] if alert.level != "none" else []
        parts += [alert.number]
        parts += [f"({alert.detail})"] if alert.detail else []
        parts += [f"« {alert.words} »"] if alert.words else []
        parts += [f"— acquittée : {alert.acknowledged_by}"] if alert.acknowledged_by else []
        print("  ".join(parts))
    return 0


def _ack(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    by = enrolment.check_name(options.by)
    if alerts.acknowledge(base, options.id, by, worker.utc_now()):
        return 0
    print(f"There is no alert {options.id}.", file=sys.stderr)
    return 1


def _forget(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    conversations = _conversations(settings)
    erased = erasure.forget(base, conversations, options.number)
    print("Everything about this number is erased." if erased else "Nothing was held.")
    return 0


def _export(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    conversations = _conversations(settings)
    held = erasure.export(base, conversations, read_protocol(), options.number)
    print(json.dumps(held, ensure_ascii=False, indent=2))
    return 0


def _purge(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    conversations = _conversations(settings)
    keep = retention.read_retention()
    erased = retention.purge(base, conversations, worker.utc_now(), keep)
    print(f"{erased} people erased.")
    return 0


def _status(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    base = database.open_database(settings.database_url)
    for state, number in sorted(overview.counts(base).items()):
        print(f"{state:10} {number}")
    late = overview.lateness(base, worker.utc_now())
    print(f"{'waiting':10} {int(late.total_seconds())} s (the oldest SMS that is due)")
    print(f"{'alerts':10} {len(alerts.read_alerts(base))} not acknowledged")
    return 0


def _upgrade(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    database.upgrade(database.connect(settings.database_url))
    return 0


def _api(settings: FollowUpSettings, options: argparse.Namespace) -> int:
    token = require_token(settings)
    application = api.make_api(
        database.open_database(settings.database_url),
        _conversations(settings),
        read_protocol(),
        token,
    )
    uvicorn.run(
        application,
        host=settings.api_host,
        port=settings.api_port,
        access_log=False,
        ws="none",  # Sanic's version of websockets is too old for uvicorn
    )
    return 0


def _worker(settings: FollowUpSettings, gateway: GatewayFactory) -> int:
    require_token(settings)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if not settings.smtp_url:
        logging.warning("No CIMENTO_SMTP_URL: the team is not e-mailed about alerts.")
    jobs = worker.make_jobs(settings, gateway(), _conversations(settings))
    worker.work(worker.open_queue(settings.queue_url), jobs)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("followup", description="Follow-ups after discharge, by SMS.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: object, help: str, *arguments: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help)
        added.set_defaults(run=run)
        for argument in arguments:
            added.add_argument(argument, required=True) if argument.startswith(
                "--"
            ) else added.add_argument(argument)
        return added

    enrol = command(
        "enrol", _enrol, "enrol a patient, or correct the follow-up they have",
        "number", "--discharge", "--consent-by", "--consent-at",
    )  # fmt: skip
    enrol.add_argument("--act", default="")
    csv_file = command("import", _import, "enrol the lines of a CSV file; report each")
    csv_file.add_argument("file", type=Path)
    listed = command("alerts", _alerts, "list the alerts that nobody has acknowledged")
    listed.add_argument("--all", action="store_true", help="acknowledged ones too")
    ack = command("ack", _ack, "acknowledge an alert by name", "--by")
    ack.add_argument("id", type=int)
    command("forget", _forget, "erase everything held about a number", "number")
    command("export", _export, "print everything held about a number", "number")
    command("purge", _purge, "erase what is older than the retention")
    command("status", _status, "count the SMS by state")
    command("upgrade", _upgrade, "bring the tables up to date (SQLite: done by itself)")
    command("worker", None, "send what is due, every minute")
    command("api", _api, "serve the HTTP API")
    return parser


def main(argv: Sequence[str] | None = None, gateway: GatewayFactory = sms_gateway) -> int:
    """Run one command; print what is wrong and return 1 when it cannot be done."""
    options = _parser().parse_args(argv)
    try:
        settings = read_followup_settings()
        if options.command == "worker":
            return _worker(settings, gateway)
        status: int = options.run(settings, options)
        return status
    except _TOLD as error:
        print(error, file=sys.stderr)
    except sa.exc.OperationalError as error:
        print(f"The database cannot be reached: {type(error.orig).__name__}.", file=sys.stderr)
    return 1
