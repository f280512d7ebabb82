"""Talk to the running assistant in the terminal: `cimento chat`, `cimento ask`."""

import json
import sys
import urllib.error
import urllib.request
import uuid
from typing import Any

from cimento.settings.servers import ServerSettings


def ask_once(chat: str, text: str, timeout: float = 30) -> str:
    """Return what the chat at `chat` answers to a first message, as any visitor gets it: behind a
    proxy too, where the REST channel is closed. OSError when it cannot be reached.
    """

    def post(path: str, content: dict[str, str], **headers: str) -> dict[str, Any]:
        headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{chat}/{path}", json.dumps(content).encode(), headers)
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            answer: dict[str, Any] = json.load(reply)
        return answer

    token = post("sessions", {})["token"]
    turn = post("messages", {"text": text}, Authorization=f"Bearer {token}")
    return "\n".join(message["text"] for message in turn["messages"])


def ask(webhook: str, sender: str, text: str, timeout: float = 30) -> list[dict[str, Any]]:
    """Return the messages of one turn; OSError when the assistant cannot be reached.

    `timeout` is in seconds.
    """
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(webhook, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as reply:
        messages: list[dict[str, Any]] = json.load(reply)
    return messages


def show(messages: list[dict[str, Any]]) -> dict[str, str]:
    """Print a turn; return {number typed: payload} of its buttons."""
    choices: dict[str, str] = {}
    for message in messages:
        if "text" in message:
            print(f"\n{message['text']}")
        for button in message.get("buttons", []):
            number = str(len(choices) + 1)
            choices[number] = button["payload"]
            print(f"  {number}. {button['title']}")
        if "custom" in message:
            print(f"  [{json.dumps(message['custom'], ensure_ascii=False)}]")
    return choices


def talk() -> None:
    """Read lines until the end of input. Raises SettingError."""
    webhook = ServerSettings.read().webhook
    sender = uuid.uuid4().hex
    choices: dict[str, str] = {}
    print("Write a message; a number chooses a button; Ctrl-D ends.")
    while True:
        try:
            line = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return
        try:
            choices = show(ask(webhook, sender, choices.get(line, line)))
        except (OSError, urllib.error.URLError) as error:
            print(
                f"No answer from {webhook} ({error}). Is `make run` running?",
                file=sys.stderr,
            )
