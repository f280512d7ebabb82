"""Rasa component: which topic a message is about, by the linear model of topic_model.py.

It also ranks the halves of the message, so that the decision that follows can find a
second question. Why this model: docs/understanding.md.
"""

from __future__ import annotations

from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from cimento.nlu.clauses import halves
from cimento.nlu.text import clip, spell
from cimento.nlu.topic_model import TopicModel

HALVES_RANKING = "halves_ranking"
_FILE = "topic_model.joblib"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Trainable intent classifier for short, misspelt French."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults; each can be set in config.yml."""
        return {
            "c": 1.0,  # inverse regularisation of the support vectors
            "sharpness": 4.0,  # margins to confidences; moves the fallback threshold
            "random_seed": 1,
            "untrained_intents": [],  # intents decided by rules, not learnt
            "ranking_length": 10,
            "max_cuts": 12,  # places where a second question is looked for
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: TopicModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """Create an untrained component (called by Rasa)."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Load a trained component from the model archive (called by Rasa)."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, joblib.load(directory / _FILE))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model on the intent examples and persist it."""
        left_out = set(self._config["untrained_intents"])
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(TEXT) and example.get(INTENT) not in left_out
        ]
        self._model = TopicModel(
            self._config["c"], self._config["sharpness"], self._config["random_seed"]
        ).fit([e.get(TEXT) for e in examples], [e.get(INTENT) for e in examples])
        with self._model_storage.write_to(self._resource) as directory:
            joblib.dump(self._model, directory / _FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: nothing after this component learns from it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, intent_ranking and the rankings of the halves on each message."""
        for message in messages:
            self._rank(message)
        return messages

    def _rank(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if self._model is None or not any(c.isalnum() for c in text):
            # Nothing to read: emoji, punctuation, an empty message.
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            message.set(HALVES_RANKING, [])
            return
        cuts = halves(spell(clip(text)))[: self._config["max_cuts"]]
        whole, *parts = self._model.rank([text, *(half for cut in cuts for half in cut)])
        ranking = [{"name": topic, "confidence": confidence} for topic, confidence in whole]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(
            INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True
        )
        message.set(HALVES_RANKING, parts)
