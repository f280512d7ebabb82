"""« Toutes les questions »: what the chat suggests to ask, for oneself and for somebody else."""

from typing import Any

import yaml

from cimento.channels.chat.pages import HERE


def questions() -> list[dict[str, Any]]:
    """Return [{moment, questions: [{topic, text, relative}]}], in the order of questions.yml.

    `text`: as who is treated asks; `relative`: as who asks for a relative, the same words where
    they do.
    """
    moments = yaml.safe_load((HERE / "questions.yml").read_text(encoding="utf-8"))
    return [
        {
            "moment": part["moment"],
            "questions": [
                {"topic": topic, "text": words[0], "relative": words[-1]}
                for topic, words in part["questions"].items()
            ],
        }
        for part in moments
    ]
