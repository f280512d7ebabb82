"""The texts of the channel itself (texts.yml), ready to be sent."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cimento.answers import catalog
from cimento.sms.transliterate import to_gsm7

FILE = Path(__file__).with_name("texts.yml")


@cache
def read_texts() -> dict[str, dict[str, Any]]:
    """Return {name: {text, policy}} as the file has them."""
    texts: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return texts


@cache
def text(name: str) -> str:
    """Return the text `name` in GSM-7, with the service's number."""
    return to_gsm7(catalog.render(read_texts()[name]["text"], catalog.read_service()))
