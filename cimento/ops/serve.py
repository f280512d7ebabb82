"""Start the Rasa server as `cimento run` does: `cimento serve`.

It is `rasa run`, with what its command line cannot do: as many connections as the system allows may
be open, and the libraries' warnings about one another are not shown. Rasa's HTTP API is closed.
"""

import resource
from pathlib import Path

from cimento.ops.lean import run_rasa
from cimento.ops.train import MODEL
from cimento.settings.chat import ChatSettings
from cimento.settings.servers import ServerSettings

ENDPOINTS = Path("var/endpoints.yml")  # written by `cimento run`


def arguments() -> list[str]:
    """Return the arguments of `rasa` for the settings in force."""
    settings = ServerSettings.read()
    line = ["run", "--interface", settings.host, "--port", str(settings.port)]
    line += ["--model", str(MODEL), "--endpoints", str(ENDPOINTS)]
    line += ["--credentials", "credentials.yml"]
    if origins := ChatSettings.read().origins:
        line += ["--cors", *sorted(origins)]
    return line  # never --enable-api: it runs whatever model it is given


def serve() -> None:
    """Serve until interrupted."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    run_rasa(arguments())
