"""The texts of the channel itself (texts.yml), ready to be sent."""

from pathlib import Path
from typing import Any

import yaml

from cimento.answers.catalogue import SMS, Catalogue, Wording
from cimento.sms.transliterate import to_gsm7

FILE = Path(__file__).with_name("texts.yml")


def read_texts() -> dict[str, dict[str, Any]]:
    """Return {name: {text, policy}} as the file has them."""
    texts: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return texts


def wordings() -> list[Wording]:
    """Return the texts as wordings, so that the same checks apply and the same people approve."""
    return [
        Wording(
            response=f"sms.{name}",
            channel=SMS,
            condition="",
            text=entry["text"],
            custom={},
            title=None,
            quotes=(),
            policy=tuple(entry.get("policy", ())),
            file=FILE.name,
        )
        for name, entry in read_texts().items()
    ]


def load_texts(catalogue: Catalogue) -> dict[str, str]:
    """Return {name: text} in GSM-7, with the service's number."""
    return {name: to_gsm7(catalogue.render(entry["text"])) for name, entry in read_texts().items()}
