"""Rasa's command line without what this project does without: `python -m cimento.ops.lean train`.

Rasa imports every component that it has, and so TensorFlow, whatever config.yml names: 6 of 22
seconds of processor, 240 of 1,030 MB. And it reads and checks the domain of the model three times
with a parser written in Python, though it wrote that file itself: 4 seconds.
"""

import importlib.abc
import importlib.machinery
import logging
import re
import sys
import types
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

# Of Rasa's components, those that do without TensorFlow and may be named in config.yml; what has
# a dot in its name is ours or somebody's who imports what it needs.
_WITHOUT_TENSORFLOW = {
    "AugmentedMemoizationPolicy",
    "CountVectorsFeaturizer",
    "EntitySynonymMapper",
    "FallbackClassifier",
    "KeywordIntentClassifier",
    "LexicalSyntacticFeaturizer",
    "LogisticRegressionClassifier",
    "MemoizationPolicy",
    "RegexEntityExtractor",
    "RegexFeaturizer",
    "RulePolicy",
    "SklearnIntentClassifier",
    "SpacyEntityExtractor",
    "SpacyFeaturizer",
    "SpacyNLP",
    "SpacyTokenizer",
    "WhitespaceTokenizer",
}
_LEFT_OUT = ("tensorflow", "keras")


class _Everything(type):
    """A class whose attributes are all `Nothing`, and so is what calling it returns: Rasa's unused
    components derive from it, decorate with it and annotate with it when they are imported."""

    def __getattr__(cls, name: str) -> "type[Nothing]":
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing

    def __call__(cls, *_: Any, **__: Any) -> "type[Nothing]":
        return Nothing


class Nothing(metaclass=_Everything):
    """Stands for whatever a library that is left out holds."""


class _Empty(types.ModuleType):
    def __getattr__(self, name: str) -> type[Nothing]:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing


class _LeaveOut(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an empty module for each one of the libraries that are left out."""

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in _LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""


def needs_tensorflow(configuration: Mapping[str, Any]) -> bool:
    """Return whether a component named in config.yml, as read, may need TensorFlow."""
    named = [*(configuration.get("pipeline") or ()), *(configuration.get("policies") or ())]
    names = {entry["name"] for entry in named}
    return any("." not in name and name not in _WITHOUT_TENSORFLOW for name in names)


def leave_out_tensorflow() -> None:
    """Let imports of TensorFlow find nothing, in this process, from now on."""
    sys.meta_path.insert(0, _LeaveOut())


class _Yaml12(yaml.CSafeLoader):
    """Rasa writes YAML 1.2, where `no` and `15:30` are words."""


_Yaml12.yaml_implicit_resolvers = {}
for _tag, _written, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Yaml12.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_written})$"), list(_first)
    )


def read_yaml(text: str) -> Any:
    """Return what Rasa's own reader of YAML returns, many times sooner."""
    return yaml.load(text, _Yaml12)


def read_domain_once() -> None:
    """Let Rasa read the domain that is in a model once, with the C parser."""
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.storage.resource import Resource
    from rasa.engine.storage.storage import ModelStorage
    from rasa.graph_components.providers.domain_provider import DomainProvider
    from rasa.shared.core.domain import Domain

    # Rasa checks the annotations of its components.
    def load(
        cls: Any,
        /,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DomainProvider:
        with model_storage.read_from(resource) as folder:
            text = (folder / "domain.yml").read_text(encoding="utf-8")
        return cls(model_storage, resource, Domain.from_dict(read_yaml(text)))

    DomainProvider.load = classmethod(load)


def run_rasa(arguments: Sequence[str]) -> None:
    """Do what `rasa ARGUMENTS` does in the current folder; the libraries' warnings about one
    another are not shown."""
    warnings.showwarning = lambda *_, **__: None
    logging.disable(logging.WARNING)  # about parts left out on purpose
    if not needs_tensorflow(yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))):
        leave_out_tensorflow()
    import rasa.__main__  # here: after the warnings are silenced

    read_domain_once()
    logging.disable(logging.NOTSET)
    sys.argv = ["rasa", *arguments]
    rasa.__main__.main()


if __name__ == "__main__":
    run_rasa(sys.argv[1:])
