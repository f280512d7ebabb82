"""A few plain messages that a model must understand before it is put in place."""

from pathlib import Path

import yaml

from cimento.ops.model.reading import Read

_FILE = Path(__file__).with_name("canary.yml")


def expected() -> dict[str, list[str]]:
    """Return the messages by what each must be understood as."""
    messages: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return messages


def failures(read: Read) -> list[str]:
    """Return a line for each message that is not understood as it must be."""
    return [
        f"« {text} »: {intent} expected, understood: {', '.join(sorted(understood))}"
        for intent, texts in expected().items()
        for text in texts
        if intent not in (understood := read(text))
    ]
