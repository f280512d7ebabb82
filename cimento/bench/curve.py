"""Print the trade between wrong answers and refusals: `cimento curve`.

For each fallback threshold, on the tuning set: messages answered right, answered wrong,
and refused (topics offered instead). The threshold in config.yml was read off this.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from cimento.nlu import moments, signs, understanding
from cimento.nlu.clauses import halves
from cimento.nlu.text import clip, spell
from cimento.nlu.topic_model import TopicModel
from cimento.settings.paths import ROOT

TUNING = Path("tests/nlu/tuning.yml")
THRESHOLDS = (0.0, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
_DECIDED_BY_RULES = {"several_questions"}


def read_lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (text, intent) of the examples in a Rasa NLU file."""
    for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
        for line in block["examples"].splitlines():
            yield line.removeprefix("- "), block["intent"]


def decisions() -> list[tuple[str, understanding.Decision]]:
    """Train on data/nlu as config.yml says, return (intent, decision) on the tuning set."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    options = next(part for part in config["pipeline"] if "TopicClassifier" in part["name"])
    files = sorted((ROOT / "data/nlu").glob("*.yml"))
    lines = [line for file in files for line in read_lines(file)]
    learnt = [(text, intent) for text, intent in lines if intent not in _DECIDED_BY_RULES]
    model = TopicModel(options["c"], options["sharpness"], options["random_seed"])
    model.fit([text for text, _ in learnt], [intent for _, intent in learnt])
    found = []
    for text, intent in read_lines(ROOT / TUNING):
        cuts = [half for cut in halves(spell(clip(text)))[:12] for half in cut]
        ranking, *parts = model.rank([text, *cuts])
        decision = understanding.decide(ranking, parts, signs.read(text), moments.read(text))
        found.append((intent, decision))
    return found


def show() -> None:
    """Print the curve as a Markdown table."""
    found = decisions()
    print("| threshold | right | wrong | refused |\n|---|---|---|---|")
    for threshold in THRESHOLDS:
        refused = [d.confidence < threshold for _, d in found]
        right = sum(i == d.topic and not r for (i, d), r in zip(found, refused, strict=True))
        shares = (right, len(found) - right - sum(refused), sum(refused))
        print(f"| {threshold:.2f} | " + " | ".join(f"{n / len(found):.1%}" for n in shares) + " |")
