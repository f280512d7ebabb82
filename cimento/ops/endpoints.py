"""What Rasa is connected to: endpoints.yml, with the hosts and databases of the settings."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import make_url

from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.settings.storage import StorageSettings


def endpoints(servers: ServerSettings, storage: StorageSettings) -> dict[str, Any]:
    """Return endpoints.yml with the action server and the conversations of the settings."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    read["action_endpoint"]["url"] = f"http://{servers.actions_host}:{servers.actions_port}/webhook"
    url = make_url(storage.conversations_url)
    # As Rasa's SQLTrackerStore names them.
    parts = {
        "dialect": url.drivername,
        "host": url.host,
        "port": url.port,
        "db": url.database,
        "username": url.username,
        "password": url.password,
        "query": dict(url.query),
    }
    read["tracker_store"] |= {name: value for name, value in parts.items() if value}
    return read


@contextmanager
def written(content: dict[str, Any]) -> Iterator[Path]:
    """Write the endpoints where this user alone may read them; remove the file on leaving."""
    with tempfile.TemporaryDirectory(prefix="cimento-") as folder:  # mode 0700
        file = Path(folder) / "endpoints.yml"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as output:
            yaml.safe_dump(content, output)
        yield file
