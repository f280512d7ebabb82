"""Start the Rasa server as `cimento run` does: `cimento serve`.

It is `rasa run`, with what its command line cannot do: the token of the HTTP API is not
shown in the list of processes, an action server that hangs is given up after seconds
(Rasa waits five minutes), and the libraries' warnings about one another are not shown.
"""

import logging
import sys
import warnings
from pathlib import Path

from cimento.ops.train import MODEL
from cimento.settings.chat import ChatSettings
from cimento.settings.servers import ServerSettings

ENDPOINTS = Path("var/endpoints.yml")  # written by `cimento run`
ACTION_SECONDS = 10


def arguments() -> list[str]:
    """Return the arguments of `rasa` for the settings in force."""
    settings = ServerSettings.read()
    line = ["run", "--interface", settings.host, "--port", str(settings.port)]
    line += ["--model", str(MODEL), "--endpoints", str(ENDPOINTS)]
    line += ["--credentials", "credentials.yml"]
    if origins := ChatSettings.read().origins:
        line += ["--cors", *sorted(origins)]
    if settings.api_token:
        line += ["--enable-api", "--auth-token", settings.api_token]
    return line


def serve() -> None:
    """Serve until interrupted."""
    warnings.showwarning = lambda *_, **__: None
    logging.disable(logging.WARNING)  # TensorFlow's, about parts left out on purpose
    import rasa.__main__  # here: after the warnings are silenced
    from rasa.core.actions import action

    logging.disable(logging.NOTSET)
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    sys.argv = ["rasa", *arguments()]
    rasa.__main__.main()
