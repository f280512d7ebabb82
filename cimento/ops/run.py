"""Start the assistant: `cimento run` (what `make run` does once installed).

Checks the settings and the sources, trains if needed, then runs the action server and Rasa
side by side until Ctrl-C, and the follow-ups with their API when CIMENTO_API_TOKEN lets them
talk to Rasa. Each is started again if it dies; alarms are answered without the action server,
since Rasa says them by itself. Each process gets the settings it needs, and no others.
"""

import shlex
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

import honcho.manager

from cimento.followup.protocol import ProtocolError, read_protocol
from cimento.ops.preflight import StartError, check_answers, check_approvals, check_keys
from cimento.ops.quiet import QUIET
from cimento.ops.train import TrainingError, train_if_needed
from cimento.settings.answers import AnswerSettings
from cimento.settings.chat import ChatSettings
from cimento.settings.concern import Concern, SettingError
from cimento.settings.every import check_all, environment_for
from cimento.settings.followup import FollowUpSettings
from cimento.settings.login import LoginSettings
from cimento.settings.on_call import OnCallSettings
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.settings.storage import StorageSettings
from cimento.settings.worker import WorkerSettings
from cimento.store.database import DatabaseError, open_database
from cimento.store.disk import keep_private, shortage
from cimento.store.secret import read_secret

_STOPPING = 15  # seconds more than a turn until what does not stop is killed


def check_ports(settings: ServerSettings, followup: FollowUpSettings) -> None:
    """Raise StartError when a port cannot be listened on."""
    ports = [
        (settings.host, settings.port, "CIMENTO_PORT"),
        (settings.actions_host, settings.actions_port, "CIMENTO_ACTIONS_PORT"),
    ]
    if settings.api_token:
        ports.append((followup.api_host, followup.api_port, "CIMENTO_FOLLOWUP_PORT"))
    for host, port, variable in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise StartError(
                    f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses it, "
                    f"or choose another port: {variable}={port + 1} make run"
                ) from error


@dataclass(frozen=True)
class Command:
    """A process to run: its shell command, and the concerns whose settings it is given."""

    line: str
    concerns: tuple[type[Concern], ...] = ()


def commands(settings: ServerSettings) -> dict[str, Command]:
    """Return {name: command} of the processes."""
    python = f"'{sys.executable}' -m"
    kept = (ServerSettings, StorageSettings, FollowUpSettings)
    where = f"--host {shlex.quote(settings.actions_host)} --port {settings.actions_port}"
    actions = f"{python} cimento actions {where}"
    processes = {
        "actions": Command(again(actions)),  # says what is in the catalogue: no secret, no database
        "rasa": Command(again(f"{python} cimento serve"), (*kept, ChatSettings, SmsSettings)),
    }
    if settings.api_token:
        needed = (*kept, ChatSettings, SmsSettings, WorkerSettings, OnCallSettings)
        processes["followups"] = Command(again(f"{python} cimento followup worker"), needed)
        processes["api"] = Command(again(f"{python} cimento followup api"), (*kept, LoginSettings))
    return processes


def again(command: str) -> str:
    """Return the shell command that runs `command` again whenever it ends, however it does."""
    return f'while :; do {command}; echo "It ended ($?) and is started again."; sleep 1; done'


def _announce(settings: ServerSettings, followup: FollowUpSettings) -> None:
    started = time.monotonic()
    while True:
        time.sleep(0.5)
        try:
            urllib.request.urlopen(settings.chat, timeout=2).close()
        except (OSError, urllib.error.URLError):
            continue
        print(f"Cimento is ready ({time.monotonic() - started:.0f} s).", flush=True)
        print(f"Open the chat: {settings.chat} (the sheet: {settings.chat}/fiche)")
        print(f'Or talk to it: POST {settings.webhook} {{"sender": "me", "message": "Bonjour"}}')
        if settings.api_token:
            api = f"http://{followup.api_host}:{followup.api_port}"
            print(f"The care team's pages: {api}/equipe/ (accounts: cimento followup user add)")
            print(f"The follow-ups' API: {api}/docs")
        else:
            print("Follow-ups by SMS are off: CIMENTO_API_TOKEN starts them. See: make demo-sms")
        print("Or in a second terminal: make chat. Ctrl-C stops everything.", flush=True)
        return


def run(settings: ServerSettings, followup: FollowUpSettings) -> int:
    """Run everything until Ctrl-C or SIGTERM; return the exit status."""
    # A turn that has begun is finished, and the SMS that it answers sent.
    honcho.manager.KILL_WAIT = SmsSettings.read().turn_seconds + _STOPPING
    manager = honcho.manager.Manager()
    for name, command in commands(settings).items():
        environment = {**environment_for(*command.concerns), **QUIET}
        manager.add_process(name, command.line, env=environment, cwd=str(ROOT))
    print("Starting (some 15 seconds)…", flush=True)
    threading.Thread(target=_announce, args=[settings, followup], daemon=True).start()
    manager.loop()
    return manager.returncode or 0


def start() -> int:
    """Check, train, run; return the exit status.

    Raises SettingError, StartError, TrainingError, ProtocolError or DatabaseError when the
    start is refused (see REFUSALS).
    """
    check_all()
    settings, followup = ServerSettings.read(), FollowUpSettings.read()
    if settings.api_token and SmsSettings.read().provider == "off":
        raise StartError(
            "CIMENTO_API_TOKEN starts the follow-ups, and nobody carries their SMS: set "
            "CIMENTO_SMS_PROVIDER (console: the simulated phone)."
        )
    if settings.api_token:
        LoginSettings.read().check()
    keep_private(ROOT / "var")
    if told := shortage(ROOT / "var", StorageSettings.read().free_megabytes):
        raise StartError(told)
    read_secret()
    check_keys()
    check_answers()
    read_protocol()
    check_approvals(AnswerSettings.read())
    check_ports(settings, followup)
    open_database(StorageSettings.read().database_url)  # its tables made by one process
    train_if_needed()
    return run(settings, followup)


REFUSALS = (SettingError, StartError, TrainingError, ProtocolError, DatabaseError)
