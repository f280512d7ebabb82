"""Print the trade between wrong answers and refusals: `cimento curve`.

For each fallback threshold, on the tuning set read by the trained model: messages answered
right, answered wrong, and refused (topics offered instead). The threshold in config.yml was
read off this.
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

from cimento.ops.model.exam import read_lines
from cimento.ops.train import MODEL
from cimento.settings.paths import ROOT

TUNING = Path("tests/nlu/tuning.yml")
THRESHOLDS = (0.0, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


async def _understood() -> list[tuple[str, dict[str, Any]]]:
    """Return (intent, what was understood before any refusal) of the tuning set."""
    agent = Agent.load(str(ROOT / MODEL))
    found = []
    for text, intent in read_lines(ROOT / TUNING):
        ranking = (await agent.parse_message(text))["intent_ranking"]
        first = next((entry for entry in ranking if entry["name"] != "nlu_fallback"), None)
        found.append((intent, first or {"name": None, "confidence": 0.0}))
    return found


def show() -> None:
    """Print the curve as a Markdown table."""
    configure_structlog(logging.ERROR)  # Rasa would write each message it reads among it
    found = asyncio.run(_understood())
    print("| threshold | right | wrong | refused |\n|---|---|---|---|")
    for threshold in THRESHOLDS:
        refused = [entry["confidence"] < threshold for _, entry in found]
        right = sum(
            intent == entry["name"] and not no
            for (intent, entry), no in zip(found, refused, strict=True)
        )
        shares = (right, len(found) - right - sum(refused), sum(refused))
        print(f"| {threshold:.2f} | " + " | ".join(f"{n / len(found):.1%}" for n in shares) + " |")
