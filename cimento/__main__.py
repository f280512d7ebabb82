"""The command `cimento`. Each command says what it does: `cimento --help`.

What a command needs is imported when it is called: Rasa, FastAPI and the benchmark each take
seconds that the others need not wait for.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from cimento.followup import cli as followup
from cimento.ops.backup import cli as backup
from cimento.ops.backup.prints import BackupError
from cimento.ops.model import cli as model
from cimento.ops.model.artefact import ModelRefused
from cimento.team import cli as team
from cimento.team.accounts import AccountRefused

app = typer.Typer(
    help="Cimento: answers patients from the hospital's sheet, and follows them up.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback's values may be a patient's
)
followup.app.add_typer(team.app)
app.add_typer(followup.app, name="followup")
app.add_typer(backup.app)
app.add_typer(model.app, name="model")


def _refuse(reason: object) -> typer.Exit:
    print(reason, file=sys.stderr)
    return typer.Exit(1)


@app.command()
def run() -> None:
    """Train if needed, then start the assistant, until Ctrl-C."""
    from cimento.ops import run as assistant

    try:
        raise typer.Exit(assistant.start())
    except assistant.REFUSALS as error:
        raise _refuse(f"Cimento cannot start. {error}") from error


@app.command()
def serve() -> None:
    """Start the server alone, for a service manager; it never trains."""
    from cimento.ops import serve as server

    try:
        server.serve()
    except server.REFUSALS as error:
        raise _refuse(f"Cimento cannot start. {error}") from error


@app.command()
def actions(
    host: Annotated[str | None, typer.Option(help="by default CIMENTO_ACTIONS_HOST")] = None,
    port: Annotated[int | None, typer.Option(help="by default CIMENTO_ACTIONS_PORT")] = None,
) -> None:
    """Start the action server alone, for a service manager."""
    from cimento.ops.actions import serve_actions
    from cimento.settings.servers import ServerSettings

    settings = ServerSettings.read()
    serve_actions(host or settings.actions_host, port or settings.actions_port)


@app.command()
def chat() -> None:
    """Talk to the running assistant in the terminal."""
    from cimento.ops.chat import talk

    talk()


@app.command()
def ask(question: str) -> None:
    """Ask the running assistant one question, and print its answer."""
    from cimento.ops.chat import ask_once
    from cimento.settings.servers import ServerSettings

    chat = ServerSettings.read().chat
    try:
        print(ask_once(chat, question))
    except OSError as error:
        raise _refuse(f"No answer from {chat} ({error}). Is it running?") from error


@app.command()
def train() -> None:
    """Train the model if its sources have changed."""
    from cimento.ops.train import TrainingError, train_if_needed

    try:
        train_if_needed()
    except TrainingError as error:
        raise _refuse(error) from error


@app.command()
def check() -> None:
    """Check that every answer rests on the sheet or the policy, and is easy enough to read.

    Prints how easy each wording is, which follow-up questions have an answer, what the department
    has to approve, and the pages of the policy that must be read again.
    """
    from datetime import date

    from cimento.answers import approvals, grounding, readability, sheet
    from cimento.answers.catalogue import load_catalogue
    from cimento.followup.protocol import ProtocolError
    from cimento.ops.content import matrix, told

    try:
        found = grounding.problems() + readability.hard_to_read(load_catalogue().wordings)
        print(readability.report(told()))
        print(matrix(load_catalogue()))
        for line in approvals.unapproved(told(), approvals.read_approvals()):
            print(f"to approve: {line}")
        for line in sheet.stale_sources(sheet.read_policy(), date.today()):
            print(f"to read: {line}")
    except (sheet.SourceError, ProtocolError) as error:
        found = [str(error)]
    if found:
        raise _refuse("\n".join(f"answers: {line}" for line in found))


@app.command()
def content() -> None:
    """Print docs/content.md: the sheet, the answers that carry it, their approvals."""
    from cimento.ops.content import document

    print(document())


@app.command()
def booklet() -> None:
    """Print all questions and answers in a booklet, for those who must approve them."""
    from cimento.ops.content import ContentError, make_booklet

    try:
        print(f"Written: {make_booklet()}")
    except ContentError as error:
        raise _refuse(error) from error


@app.command()
def config(
    document: Annotated[bool, typer.Option(help="Print docs/settings.md instead")] = False,
) -> None:
    """Print the settings in force, secrets masked."""
    from cimento.settings import every

    print(every.document() if document else every.in_force())


@app.command()
def doctor() -> None:
    """Say what is wrong with this installation, or soon will be."""
    from cimento.ops.doctor import warnings

    if found := warnings():
        raise _refuse("\n".join(f"- {line}" for line in found))
    print("Nothing is wrong.")


@app.command()
def sbom() -> None:
    """Print what this software is made of, in CycloneDX."""
    from cimento.ops import sbom as materials

    print(materials.sbom())


@app.command(hidden=True)
def audit(report: Path) -> None:
    """Say what a report of pip-audit tells that is not known: `make audit`."""
    from cimento.ops.audit import audit

    raise typer.Exit(audit(report))


@app.command()
def demo() -> None:
    """Play a follow-up by SMS with time accelerated."""
    from cimento.demo.play import play

    play()


@app.command()
def feedback() -> None:
    """Print how many patients each answer helped."""
    import warnings

    warnings.simplefilter("ignore")  # Rasa's libraries about one another
    from cimento.ops.feedback import show

    show()


@app.command()
def curve() -> None:
    """Print wrong answers against refusals, by threshold."""
    from cimento.bench.curve import show

    show()


@app.command()
def bench(
    fresh: Annotated[bool, typer.Option(help="Train again")] = False,
) -> None:
    """Measure this project beside two bare Rasa projects (half an hour)."""
    from cimento.bench.measure import measure
    from cimento.bench.processes import BenchError

    try:
        measure(fresh)
    except BenchError as error:
        raise _refuse(f"The benchmark stopped. {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, with the reason printed when it is refused."""
    os.umask(0o077)  # what is written is for its owner alone
    try:
        app(args=arguments, prog_name="cimento")
    except SystemExit as end:  # how typer says that a command is over
        return end.code if isinstance(end.code, int) else 1
    except (*followup.REFUSALS, AccountRefused, BackupError, ModelRefused) as error:
        print(error, file=sys.stderr)
    except sa.exc.OperationalError as error:
        print(f"The database cannot be reached: {type(error.orig).__name__}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
