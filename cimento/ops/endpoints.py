"""What Rasa is connected to: endpoints.yml, with the action server of the settings.

Where conversations are kept is not in it: the tracker store reads the settings by itself.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings


def endpoints(servers: ServerSettings) -> dict[str, Any]:
    """Return endpoints.yml with the action server of the settings."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    read["action_endpoint"]["url"] = f"http://{servers.actions_host}:{servers.actions_port}/webhook"
    return read


@contextmanager
def written(content: dict[str, Any]) -> Iterator[Path]:
    """Write the endpoints to a file; remove it on leaving."""
    with tempfile.TemporaryDirectory(prefix="cimento-") as folder:
        file = Path(folder) / "endpoints.yml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        yield file
