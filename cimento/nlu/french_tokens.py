"""Rasa component: the tokens of the French spaCy model, made when a message is read.

Rasa's own SpacyNLP tags, lemmatises and names entities in every message: some 6 ms of a parse,
for annotations that gain nothing (docs/understanding.md). And nothing learns from tokens, so
training lines get none: that was a minute of the training.
"""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.spacy_tokenizer import SpacyTokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FrenchTokens(SpacyTokenizer):
    """SpacyTokenizer with a model of its own, which runs the pipes of the option `pipes`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults; each can be set in config.yml."""
        return {**SpacyTokenizer.get_default_config(), "model": "fr_core_news_sm", "pipes": []}

    @classmethod
    def required_components(cls) -> list[type]:
        """Return none: the model is loaded here."""
        return []

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FrenchTokens:
        """Load the model of the option `model` (called by Rasa, to read messages).

        Raises OSError when it is not installed, ValueError when it has no pipe of a name given
        in `pipes`.
        """
        component = cls(config)
        unused = set(spacy.info(config["model"], silent=True)["components"]) - set(config["pipes"])
        component._model = spacy.load(config["model"], exclude=list(unused))
        component._model.select_pipes(enable=config["pipes"])
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: nothing learns from tokens."""
        return training_data

    def _get_doc(self, message: Message, attribute: str) -> Any:
        return self._model(message.get(attribute))
