"""`cimento followup enrol`, `import`, `move`, `pause`, `resume`, `cancel`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from cimento.followup import batch, changes, enrolment
from cimento.followup.cli_input import NumberFile, open_stored, read_number
from cimento.followup.clock import utc_now
from cimento.followup.plan import Planned
from cimento.followup.protocol import read_protocol
from cimento.followup.schedule import PARIS

app = typer.Typer()

FollowUp = Annotated[int, typer.Argument(help="Number of the follow-up, as enrol prints it")]
By = Annotated[str, typer.Option(help="Who decides it, for the audit trail")]
Discharge = Annotated[str, typer.Option(help="2027-03-12T16:00, by the clock of Paris")]
Act = Annotated[str, typer.Option(help="When the act is, if it is to come")]


@app.command()
def enrol(
    discharge: Discharge,
    consent_by: Annotated[str, typer.Option(help="Who recorded the patient's consent")],
    consent_at: Annotated[str, typer.Option(help="When it was given")],
    act: Act = "",
    number: NumberFile = "-",  # type: ignore[assignment]
    ward_reference: Annotated[
        Optional[typer.FileText],  # noqa: UP007: typer reads no other
        typer.Option(help="A file that holds what the ward calls the stay; no SMS says it"),
    ] = None,
) -> None:
    """Enrol a patient, or correct the follow-up they have. The number is read, or asked for."""
    ward = ward_reference.readline().strip() if ward_reference else ""
    request = enrolment.Request(read_number(number), discharge, consent_by, consent_at, act, ward)
    enrolled = enrolment.enrol(open_stored(), read_protocol(), request, utc_now())
    print(f"{'Corrected' if enrolled.merged else 'Enrolled'}: follow-up {enrolled.id}.")
    if enrolled.others:
        others = ", ".join(map(str, enrolled.others))
        print(f"The same telephone has another patient's follow-up: {others}.")
    _print_plan(enrolled.plan)


def _print_plan(planned: list[Planned]) -> None:
    for sms in planned:
        due = sms.due.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
        print("  ".join([f"  {due}", f"{sms.step:15}", sms.state, sms.reason or ""]).rstrip())


@app.command()
def cancel(id: FollowUp, by: By) -> None:
    """Send nothing more of a follow-up."""
    _print_plan(changes.cancel(open_stored(), id, by, utc_now()))


@app.command()
def pause(id: FollowUp, by: By) -> None:
    """Send nothing of a follow-up until it is resumed."""
    _print_plan(changes.pause(open_stored(), id, by, utc_now()))


@app.command()
def resume(id: FollowUp, by: By) -> None:
    """Send again what is still to come of a follow-up."""
    _print_plan(changes.resume(open_stored(), id, by, utc_now()))


@app.command()
def move(id: FollowUp, discharge: Discharge, by: By, act: Act = "") -> None:
    """Give a follow-up other dates, and print what will be sent, and what not."""
    base, protocol = open_stored(), read_protocol()
    _print_plan(changes.move(base, protocol, id, discharge, act, by, utc_now()))


@app.command("import")
def import_file(file: Annotated[Path, typer.Argument(help="CSV; docs/followup.md")]) -> None:
    """Enrol the lines of a CSV file; report each. Exit with 1 when one is refused."""
    content, refused = file.read_bytes(), 0
    report = batch.import_csv(open_stored(), read_protocol(), content, utc_now())
    for line, outcome, accepted, _ in report:
        print(f"ligne {line} : {outcome}")
        refused += not accepted
    if refused:
        raise typer.Exit(1)
