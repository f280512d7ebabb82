"""What a model makes of messages, without a server."""

import asyncio
import logging
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import structlog
import yaml

from cimento.ops.lean import leave_out_tensorflow, needs_tensorflow, read_domain_once
from cimento.ops.quiet import QUIET
from cimento.settings.paths import ROOT

# Returns all that a message is understood as: its intent, and the topics of its questions.
Read = Callable[[str], set[str]]


class NotAModel(Exception):
    """Rasa cannot load the file."""


def reader(model: Path) -> Read:
    """Load a model (some ten seconds) and return what reads with it. Raises NotAModel.

    For a process of its own: Rasa is loaded without what config.yml does without, and is silent.
    """
    os.environ |= QUIET
    warnings.showwarning = lambda *_, **__: None  # the libraries' about one another
    if not needs_tensorflow(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))):
        leave_out_tensorflow()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    from rasa.core.agent import Agent  # here: after TensorFlow is left out

    read_domain_once()
    try:
        agent = Agent.load(str(model))
    except Exception as error:  # whatever is in the archive is Rasa's to judge
        raise NotAModel(type(error).__name__) from error

    def read(text: str) -> set[str]:
        parsed = asyncio.run(agent.parse_message(text))
        return {parsed["intent"]["name"], *parsed.get("questions", ())}

    return read
