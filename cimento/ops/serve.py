"""Start the Rasa server alone, as `cimento run` and a service manager do: `cimento serve`.

It is `rasa run`, with what its command line cannot do: it serves nothing that does not rest on the
sheet, as many connections as the system allows may be open, and the libraries' warnings about one
another are not shown. Rasa's HTTP API is closed. It never trains.
"""

import os
import resource
from pathlib import Path

from cimento.ops.endpoints import endpoints, written
from cimento.ops.lean import run_rasa
from cimento.ops.preflight import (
    StartError,
    check_answers,
    check_approvals,
    check_keys,
    check_model,
)
from cimento.ops.quiet import QUIET
from cimento.ops.train import MODEL
from cimento.settings.answers import AnswerSettings
from cimento.settings.chat import ChatSettings
from cimento.settings.concern import SettingError
from cimento.settings.every import check_all
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.store.secret import read_secret

REFUSALS = (SettingError, StartError)


def arguments(endpoints: Path) -> list[str]:
    """Return the arguments of `rasa` for the settings in force."""
    settings = ServerSettings.read()
    line = ["run", "--interface", settings.host, "--port", str(settings.port)]
    line += ["--model", str(MODEL), "--endpoints", str(endpoints)]
    line += ["--credentials", "credentials.yml"]
    if origins := ChatSettings.read().origins:
        line += ["--cors", *sorted(origins)]
    return line  # never --enable-api: it runs whatever model it is given


def check() -> None:
    """Raise SettingError or StartError when nobody may be answered as things are."""
    check_all()
    read_secret()
    check_keys()
    check_model()
    check_answers()
    answers = AnswerSettings.read()
    if answers.require_approved:
        check_approvals(answers)


def serve() -> None:
    """Serve until interrupted. Raises SettingError or StartError when the start is refused."""
    check()
    os.environ |= QUIET  # before Rasa is imported
    os.chdir(ROOT)  # where Rasa looks for what has no folder in its name
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with written(endpoints(ServerSettings.read())) as file:
        run_rasa(arguments(file))
