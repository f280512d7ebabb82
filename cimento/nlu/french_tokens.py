"""Rasa component: the French spaCy model, running only the pipes that somebody reads.

Rasa's own SpacyNLP tags, lemmatises and names entities in every message: some 6 ms of a
parse and half of the training, for annotations that gain nothing (docs/understanding.md).
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.utils.spacy_utils import SpacyNLP


@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.MODEL_LOADER,
        DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER,
    ],
    is_trainable=False,
    model_from="FrenchTokens",
)
class FrenchTokens(SpacyNLP):
    """SpacyNLP with the pipes named in the option `pipes`; by default the tokenizer alone."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults; each can be set in config.yml."""
        return {**SpacyNLP.get_default_config(), "pipes": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyNLP:
        """Load the model of the option `model` (called by Rasa).

        Raises InvalidModelError when it is not installed, ValueError when it has no
        pipe of a name given in `pipes`.
        """
        component = super().create(config, model_storage, resource, execution_context)
        component._model.model.select_pipes(enable=config["pipes"])
        return component
