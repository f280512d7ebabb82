"""An OpenID Connect provider that others wrote, in a process and an environment of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from cimento.ops.processes import free_port, wait_until
from cimento.settings.paths import ROOT
from tests.servers import PATIENCE, listens

PROGRAM = ROOT / ".tools/oidc/bin/oidc-provider-mock"


@dataclass(frozen=True)
class Provider:
    """A running provider: whoever is named logs in, with the claims that were set."""

    issuer: str

    def knows(self, subject: str, **claims: Any) -> None:
        """Set the claims of somebody: those of the ID token itself too, such as its audience."""
        self._call("PUT", f"{self.issuer}/users/{subject}", json=claims)

    def agree(self, url: str, subject: str) -> str:
        """Log in as `subject` on its page; return where the browser is sent back."""
        return self._call("POST", url, data={"sub": subject}).headers["Location"]

    def refuse(self, url: str) -> str:
        """Refuse on its page; return where the browser is sent back."""
        return self._call("POST", url, data={"action": "deny"}).headers["Location"]

    def page(self, url: str) -> str:
        """Return a page of it."""
        return self._call("GET", url).text

    def _call(self, method: str, url: str, **options: Any) -> requests.Response:
        reply = requests.request(method, url, timeout=PATIENCE, allow_redirects=False, **options)
        reply.raise_for_status()
        return reply


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Run one; it refuses who sends no nonce."""
    if not PROGRAM.exists():
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell("No OpenID Connect provider. Install it with: make services")
    port = free_port()
    process = subprocess.Popen(
        [PROGRAM, "--port", str(port), "--require-nonce"], stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: listens(port), PATIENCE)
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait(PATIENCE)
