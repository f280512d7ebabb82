"""`cimento followup …`: read alerts, erase, run the worker and the API; enrol (cli_enrol)."""

import getpass
import json
import logging
import sys
from typing import Annotated

import typer

from cimento.answers.sheet import SourceError
from cimento.followup import (
    alerts,
    audit,
    changes,
    cli_enrol,
    enrolment,
    erasure,
    overview,
    retention,
)
from cimento.followup.cli_input import NumberFile, open_stored, read_number
from cimento.followup.clock import utc_now
from cimento.followup.protocol import ProtocolError, read_protocol
from cimento.followup.rasa_client import RasaClient
from cimento.followup.rota import RotaError
from cimento.followup.schedule import PARIS
from cimento.followup.shown import shown
from cimento.settings.concern import SettingError
from cimento.settings.every import check_all
from cimento.settings.followup import FollowUpSettings
from cimento.settings.servers import SHORTEST_TOKEN, ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.settings.storage import StorageSettings
from cimento.settings.worker import WorkerSettings
from cimento.sms.gateway import Gateway, TemporaryFailure
from cimento.sms.numbers import NumberRefused, international, normalise
from cimento.sms.providers import make_provider
from cimento.store import database
from cimento.store.conversations import open_conversations
from cimento.store.vault import VaultError, conversation_id

# What goes wrong in ways that the message explains.
REFUSALS = (
    *(SettingError, SourceError, ProtocolError, database.DatabaseError, VaultError, OSError),
    *(enrolment.EnrolmentRefused, NumberRefused, audit.AuditBroken, TemporaryFailure),
    *(erasure.ErasureRefused, changes.NoSuchFollowUp, RotaError),
)

app = typer.Typer(
    help="Follow-ups by SMS, before the act and after discharge.", no_args_is_help=True
)
app.add_typer(cli_enrol.app)


@app.callback()
def settings_are_right() -> None:
    """Refuse wrong settings, all at once, before a command takes those it knows."""
    check_all()


def conversations() -> erasure.Conversations:
    """Return those of the settings, which forget and export what was said by SMS."""
    return erasure.SmsConversations(open_conversations(), open_stored().engine)


def _user() -> str:
    """Return who runs the command, as the system knows them."""
    return f"{getpass.getuser()} (command line)"[:100]


def sms_gateway() -> Gateway:
    """Return the provider of SMS that the settings choose. Raises SettingError."""
    return make_provider(SmsSettings.read(), open_stored().engine)


def require_token() -> str:
    """Return the token of the HTTP API; SettingError when there is none."""
    token = ServerSettings.read().api_token
    if not token:
        raise SettingError(
            f"CIMENTO_API_TOKEN needs {SHORTEST_TOKEN} characters or more. Make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return token


@app.command("alerts")
def list_alerts(
    everything: Annotated[bool, typer.Option("--all", help="Acknowledged ones too")] = False,
) -> None:
    """List the alerts that nobody has acknowledged."""
    for alert in alerts.read_by(open_stored(), _user(), utc_now(), everything):
        at = alert.created_at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
        parts = [f"n° {alert.id}", at, alert.kind]
        parts += [alert.level] if alert.level != "none" else []
        parts += [alert.number]
        parts += [shown(alert.ward_reference)] if alert.ward_reference else []
        parts += [f"({alert.detail})"] if alert.detail else []
        parts += [f"« {alert.words} »"] if alert.words else []
        parts += [f"— acquittée : {alert.acknowledged_by}"] if alert.acknowledged_by else []
        print("  ".join(parts))


@app.command()
def ack(
    id: Annotated[int, typer.Argument(help="Number of the alert")],
    by: Annotated[str, typer.Option(help="Who takes care of it")],
) -> None:
    """Acknowledge an alert by name."""
    if not alerts.acknowledge(open_stored(), id, enrolment.check_name(by), utc_now()):
        print(f"There is no alert {id}.", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def forget(
    number: NumberFile = "-",  # type: ignore[assignment]
    even_open: Annotated[bool, typer.Option("--even-open", help="Open alerts as well")] = False,
) -> None:
    """Erase everything held about a number, which is read, or asked for."""
    base, read = open_stored(), read_number(number)
    erased = erasure.forget(base, conversations(), read, _user(), utc_now(), even_open)
    print("Everything about this number is erased." if erased else "Nothing was held.")


@app.command()
def export(number: NumberFile = "-") -> None:  # type: ignore[assignment]
    """Print everything held about a number, as JSON. The number is read, or asked for."""
    read = read_number(number)
    base = open_stored()
    audit.note(base, _user(), "export", conversation_id(international(read)), utc_now())
    held = erasure.export(base, conversations(), read_protocol(), read)
    print(json.dumps(held, indent=2))  # escaped: a terminal obeys some characters


@app.command()
def purge() -> None:
    """Erase what is older than the retention."""
    keep = retention.read_retention()
    erased = retention.purge(open_stored(), conversations(), utc_now(), keep)
    print(f"{erased} people erased.")


@app.command()
def status() -> None:
    """Count the SMS by state."""
    base = open_stored()
    for state, number in sorted(overview.counts(base).items()):
        print(f"{state:10} {number}")
    late = overview.lateness(base, utc_now())
    print(f"{'waiting':10} {int(late.total_seconds())} s (the oldest SMS that is due)")
    print(f"{'alerts':10} {len(alerts.read_alerts(base))} not acknowledged")


@app.command("audit")
def show_audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove that nothing was changed")
    ] = False,
) -> None:
    """Show who did what, or prove that the trail is what was written."""
    if verify:
        count, last = audit.verify(open_stored())
        print(f"{count} entries, whole. The last digest, to be noted elsewhere: {last or 'none'}")
        return
    for entry in audit.read(open_stored()):
        at = entry.at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M:%S")
        print("  ".join((str(entry.id), at, shown(entry.actor), entry.action, entry.about)))


@app.command()
def upgrade() -> None:
    """Bring the tables up to date (SQLite: done by itself)."""
    database.upgrade(database.connect(StorageSettings.read().database_url))


@app.command()
def downgrade() -> None:
    """Take the tables one migration back, for the release before; docs/followup.md."""
    database.downgrade(database.connect(StorageSettings.read().database_url))


@app.command()
def open_check_in(
    number: Annotated[str, typer.Argument(help="of the simulated phone: +33 6 12 34 56 78")],
) -> None:
    """Make the simulated phone await the answer to a check-in at once; nothing is sent."""
    if SmsSettings.read().provider != "console":
        raise SettingError(
            "A check-in is opened by hand for the simulated phone alone: "
            "CIMENTO_SMS_PROVIDER=console."
        )
    client = RasaClient(FollowUpSettings.read().rasa_url)
    client.start_check_in(conversation_id(normalise(number)))


@app.command("worker")
def run_worker() -> None:
    """Send what is due, every minute."""
    from cimento.followup import worker  # Huey takes a second that other commands need not wait

    settings = WorkerSettings.read()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if not settings.smtp_url:
        logging.warning("No CIMENTO_SMTP_URL: the team is not e-mailed about alerts.")
    followup = FollowUpSettings.read()
    jobs = worker.make_jobs(
        worker.Connections(open_stored(), sms_gateway(), conversations()), followup, settings
    )
    worker.work(worker.open_queue(settings.queue_url), jobs)
