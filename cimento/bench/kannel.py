"""Kannel from Debian on loopback: bearerbox, smsbox, and a phone behind fakesmsc."""

import re
import socket
import subprocess
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote_plus, unquote_to_bytes

from cimento.ops.processes import free_port, wait_until
from cimento.settings.paths import ROOT

PROGRAMS = ("/usr/sbin/bearerbox", "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc")
_RECEIVED = re.compile(rb"Got message \d+: <(\S+) (\S+) (.*?)>\n(?=\d{4}-|\Z)", re.DOTALL)
_START_SECONDS = 120  # seconds, on a busy machine
PASSWORD, SECRET, OWN = "password of sendsms", "a secret for the tests", "38000"


class Kannel:
    """A gateway whose configuration is that of docs/sms.md, on free ports."""

    def __init__(self, folder: Path, cimento_port: int) -> None:
        self._folder = folder
        self._smsc_port, self._smsbox_port, self._send_port = free_port(), free_port(), free_port()
        self.send_url = f"http://127.0.0.1:{self._send_port}/cgi-bin/sendsms"
        self._written = 0
        self._processes: list[subprocess.Popen[bytes]] = []
        documented = (ROOT / "docs/sms.md").read_text(encoding="utf-8")
        configuration = documented.split("```ini\n")[1].split("```")[0]
        for standard, ours in (
            ("13000", str(free_port())),
            ("13001", str(self._smsbox_port)),
            ("13013", str(self._send_port)),
            ("127.0.0.1:5005", f"127.0.0.1:{cimento_port}"),
            ("CHANGE-password", f'"{PASSWORD}"'),
            ("CHANGE-secret-of-16-or-more", SECRET.replace(" ", "+")),
            ("http-queue-delay = 10", "http-queue-delay = 1"),
            ("http-request-retry = 90", "http-request-retry = 6"),
        ):
            assert standard in configuration, standard
            configuration = configuration.replace(standard, ours)
        smsc = f"\ngroup = smsc\nsmsc = fake\nsmsc-id = fake\nport = {self._smsc_port}\n"
        smsc += 'connect-allow-ip = "127.0.0.1"\n'
        self._configuration = folder / "kannel.conf"
        self._configuration.write_text(configuration + smsc, encoding="utf-8")

    def _run(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self._folder, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def start(self) -> None:
        bearerbox, _, fakesmsc = PROGRAMS
        self._run("bearerbox", bearerbox, "-v", "1", str(self._configuration))
        wait_until(lambda: _listens(self._smsbox_port), _START_SECONDS)
        self.start_smsbox()
        self._phone = self._run(
            "phone", fakesmsc, "-v", "0", "-H", "127.0.0.1", "-r", str(self._smsc_port), "-i", "0"
        )
        wait_until(lambda: b"fakesmsc starting" in self._log("phone"), _START_SECONDS)

    def start_smsbox(self) -> None:
        """Start the part that takes and hands over messages by HTTP."""
        self._smsbox = self._run("smsbox", PROGRAMS[1], "-v", "1", str(self._configuration))
        wait_until(lambda: _listens(self._send_port), _START_SECONDS)

    def kill_smsbox(self) -> None:
        """Kill that part."""
        self._smsbox.kill()
        self._smsbox.wait(10)

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            assert process.stdin is not None
            process.stdin.close()

    def _log(self, name: str) -> bytes:
        return (self._folder / f"{name}.log").read_bytes()

    def write(self, number: str, kind_and_text: str) -> None:
        """Send a message from the phone `number`: "text bonjour", "ucs2 %00…"…"""
        line = f"{number} {OWN} {kind_and_text}\n".encode()
        assert len(line) < 256  # fakesmsc reads no longer line
        assert self._phone.stdin is not None
        self._phone.stdin.write(line)
        self._phone.stdin.flush()
        self._written += 1
        # It reads one line a second: two at once would leave one in its buffer.
        sent = f"sent message {self._written}\n".encode()
        wait_until(lambda: sent in self._log("phone"), _START_SECONDS)

    def received(self) -> list[tuple[str, str]]:
        """Return (number, raw message) of what the phones received, oldest first."""
        found = _RECEIVED.findall(self._log("phone"))
        return [(number.decode(), message.decode()) for _, number, message in found]

    def read(self) -> list[tuple[str, str]]:
        """Return (number, text) of the messages whose parts have all arrived, oldest first."""
        whole: list[tuple[str, str]] = []
        parts: dict[tuple[str, int, int], dict[int, str]] = defaultdict(dict)
        for number, message in self.received():
            kind, _, content = message.partition(" ")
            if kind != "udh":
                whole.append((number, unquote_plus(content)))
                continue
            header, _, part = content.partition(" data ")
            *_, reference, count, position = unquote_to_bytes(header)
            known = parts[number, reference, count]
            known[position] = unquote_plus(part)
            if len(known) == count:
                text = "".join(known[n] for n in sorted(known))
                whole.append((number, text))
                known.clear()
        return whole

    def wait_for(self, count: int, seconds: float = _START_SECONDS) -> list[tuple[str, str]]:
        """Return what the phones received, once they have received `count` messages."""
        wait_until(lambda: len(self.received()) >= count, seconds)
        return self.received()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
