"""The projects measured: this one, and two baselines made from its NLU examples.

The baselines are what a plain Rasa user would write with the same data: one rule and one
text per intent, no code of their own, no action server, conversations kept in memory.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from cimento.answers.catalogue import WEB, load_catalogue
from cimento.ops.train import sources_digest
from cimento.settings.paths import ROOT

_COUNT_VECTORS: list[dict[str, Any]] = [
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "bare": [
        {"name": "SpacyNLP", "model": "fr_core_news_sm"},
        {"name": "SpacyTokenizer"},
        *_COUNT_VECTORS,
        {"name": "LogisticRegressionClassifier"},
    ],
    # What `rasa init` writes, less its entity and response parts; seeded. It learns once, not 100
    # times, from one line in ONE_IN: it reads no slower for it, and the whole would take hours.
    "diet": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        *_COUNT_VECTORS,
        {
            "name": "DIETClassifier",
            "epochs": 1,
            "random_seed": 1,
            "constrain_similarities": True,
        },
    ],
}
THINNED, ONE_IN = "diet", 10


@dataclass(frozen=True)
class Project:
    """A project to train and serve.

    `digest` is a SHA-256 of what its model is made of; `actions_port` is None when it has
    no action server; `rasa` is the module that is run as Rasa's command line, in `environment`.
    """

    name: str
    root: Path
    endpoints: Path
    digest: str
    actions_port: int | None = None
    rasa: str = "rasa"
    environment: Mapping[str, str] = field(default_factory=dict)


def cimento(folder: Path, actions_port: int) -> Project:
    """Return this project as deployed, with its conversations and action server apart.

    Writes its endpoints into `folder`, where its conversations will be stored too.
    """
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
    file = folder / "endpoints.yml"
    _write(file, endpoints)
    kept = {"CIMENTO_CONVERSATIONS_URL": f"sqlite:///{folder}/conversations.db"}
    digest = sources_digest()
    return Project("cimento", ROOT, file, digest, actions_port, "cimento.ops.lean", kept)


def baseline(name: str, folder: Path) -> Project:
    """Write the baseline `name` (a key of PIPELINES) into `folder` and return it."""
    shutil.copytree(ROOT / "data" / "nlu", folder / "data" / "nlu")
    if name == THINNED:
        for file in (folder / "data" / "nlu").glob("*.yml"):
            _thin(file)
    intents = list(dict.fromkeys(_intents(folder / "data" / "nlu")))
    texts = _texts()
    responses = {
        f"utter_{intent}": [{"text": texts.get(f"utter_{intent}", texts["utter_help"])}]
        for intent in intents
    }
    rules = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
        for intent in intents
    ]
    _write(
        folder / "config.yml",
        {
            "recipe": "default.v1",
            "assistant_id": name,
            "language": "fr",
            "pipeline": PIPELINES[name],
            "policies": [{"name": "RulePolicy"}],
        },
    )
    _write(folder / "domain.yml", {"version": "3.1", "intents": intents, "responses": responses})
    _write(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules})
    _write(folder / "credentials.yml", {"rest": None})
    _write(folder / "endpoints.yml", {})
    return Project(name, folder, folder / "endpoints.yml", _digest(folder))


def _thin(file: Path) -> None:
    """Keep one line in ONE_IN of each block of a file, two at least: Rasa asks for as many."""
    content = yaml.load(file.read_bytes(), yaml.CSafeLoader)
    for block in content["nlu"]:
        found = block["examples"]
        lines = found.splitlines(keepends=True) if isinstance(found, str) else found
        kept = [*lines[:1], *lines[1::ONE_IN]]
        block["examples"] = "".join(kept) if isinstance(found, str) else kept
    _write(file, content)


def _intents(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            yield block["intent"]


def _texts() -> dict[str, str]:
    """Return {response: its web text}, of the wordings that hold under no condition."""
    catalogue = load_catalogue()
    return {
        wording.response: catalogue.render(wording.text)
        for wording in catalogue.wordings
        if wording.channel == WEB and not wording.condition
    }


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _digest(folder: Path) -> str:
    digest = hashlib.sha256(version("rasa").encode())
    for file in sorted(folder.rglob("*.yml")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
