"""What must be right before anybody is answered: whoever starts the assistant asks this first.

What an alarm can do without (the databases, room on the disk, the action server) refuses no start
of the server alone: an alarm is answered without them, and by nobody when the server is down.
"""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from cimento.answers import grounding
from cimento.answers.approvals import APPROVALS, read_approvals, unapproved
from cimento.answers.sheet import SourceError
from cimento.ops.content import told
from cimento.ops.train import MODEL, state
from cimento.settings.answers import AnswerSettings
from cimento.settings.paths import ROOT
from cimento.settings.storage import StorageSettings
from cimento.store.database import connect
from cimento.store.key_check import FOLLOWUP, TALK, check_key

_PATIENCE = 2.0  # seconds that a database has to answer


class StartError(Exception):
    """The assistant cannot start; the message says why and what to do."""


def check_keys() -> None:
    """Raise WrongSecretError when a database was filled with another secret. One that is away is
    looked at when it is back: alarms are answered meanwhile."""
    storage = StorageSettings.read()
    for url, sealed in ((storage.database_url, FOLLOWUP), (storage.conversations_url, TALK)):
        engine = connect(url, _PATIENCE)
        try:
            with engine.connect() as connection:
                check_key(connection, sealed)
        except SQLAlchemyError as error:
            print(f"{sealed.setting}: the database does not answer ({type(error).__name__}).")
        finally:
            engine.dispose()


def check_answers() -> None:
    """Raise StartError when an answer does not rest on the sheet or the policy."""
    try:
        found = grounding.problems()
    except SourceError as error:
        raise StartError(str(error)) from error
    if found:
        raise StartError("Some answers cannot be served:\n- " + "\n- ".join(found))


def check_approvals(settings: AnswerSettings) -> None:
    """Say which answers nobody has approved as they are; raise StartError when all must be."""
    try:
        approvals = read_approvals()
    except SourceError as error:
        raise StartError(str(error)) from error
    found = unapproved(told(), approvals)
    if found and settings.require_approved:
        raise StartError(
            "CIMENTO_REQUIRE_APPROVED is set, and some answers are not approved "
            f"({APPROVALS}):\n- " + "\n- ".join(found)
        )
    if found:
        print(f"{len(found)} answers are not approved by the department. See docs/content.md.")


_WRONG = {
    "missing": f"There is no model ({MODEL})",
    "stale": f"{MODEL} was trained on other sources than those that are here",
    "damaged": f"{MODEL} is damaged",
}


def check_model(root: Path = ROOT) -> None:
    """Raise StartError unless the model is whole and was trained on these very sources."""
    if (found := state(root)) != "fresh":
        raise StartError(
            f"{_WRONG[found]}. This command never trains. Where this release was installed: "
            "`cimento model install FILE`, or `cimento model rollback` for the one before. Where "
            "models are made: `cimento train`."
        )
