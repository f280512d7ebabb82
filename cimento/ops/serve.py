"""Start the Rasa server as `cimento run` does: `cimento serve`.

It is `rasa run`, with what its command line cannot do: as many connections as the system allows may
be open, and the libraries' warnings about one another are not shown. Rasa's HTTP API is closed.
"""

import logging
import resource
import sys
import warnings
from pathlib import Path

import yaml

from cimento.ops.lean import leave_out_tensorflow, needs_tensorflow, read_domain_once
from cimento.ops.train import MODEL
from cimento.settings.chat import ChatSettings
from cimento.settings.paths import ROOT
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
    warnings.showwarning = lambda *_, **__: None
    logging.disable(logging.WARNING)  # TensorFlow's, about parts left out on purpose
    if not needs_tensorflow(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))):
        leave_out_tensorflow()
    import rasa.__main__  # here: after the warnings are silenced

    read_domain_once()
    logging.disable(logging.NOTSET)
    sys.argv = ["rasa", *arguments()]
    rasa.__main__.main()
