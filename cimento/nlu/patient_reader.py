"""Rasa component: learns to read patients' messages, and reads them.

What it decides outranks every form and story: the rules of data/safety answer the alarms it
finds whatever the conversation was about.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits

from cimento.nlu import alarms, model_file, moments, topics, understanding
from cimento.nlu.message_model import Example, MessageModel

# In the parse data: the topics to answer besides the intent, in order.
QUESTIONS = "questions"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class PatientReader(GraphComponent, IntentClassifier):
    """Decides the intent, lists further questions, and extracts `moment` and `first_day`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults; each can be set in config.yml."""
        return {
            "c": 1.0,  # inverse regularisation of the support vectors
            "sharpness": 4.0,  # margins to shares; only scales the confidence
            "random_seed": 1,
            "untrained_intents": [],  # intents that nobody says
            "ranking_length": 10,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: MessageModel | None = None,
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
    ) -> PatientReader:
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
    ) -> PatientReader:
        """Load what was learned from the model archive (called by Rasa), ready to read."""
        # One message is too little to share: two threads wait for each other, 13 ms instead of 10.
        threadpool_limits(1, user_api="blas")
        with model_storage.read_from(resource) as directory:
            model = model_file.load(directory)
        # Lexicons are read now, not at the first patient's message.
        moments.read("")
        model.read("prêt")
        alarms.listen_with(model)
        return cls(config, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return the digest of all that reads a message (called by Rasa).

        Rasa's cache sees the code of components alone: without it, a change behind them would
        bring back what was learned before.
        """
        digest = hashlib.sha256()
        for file in sorted(Path(__file__).parent.rglob("*.[py]*")):
            if file.suffix in (".py", ".yml"):
                digest.update(file.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the intent examples and keep what was learned."""
        left_out = set(self._config["untrained_intents"])
        examples = [
            found
            for message in training_data.intent_examples
            if message.get(INTENT) not in left_out and (found := _example(message))
        ]
        options = {name: self._config[name] for name in ("c", "sharpness", "random_seed")}
        self._model = MessageModel(**options).fit(examples)
        with self._model_storage.write_to(self._resource) as directory:
            model_file.save(self._model, directory)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: nothing after this component learns from it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, questions and entities on each message."""
        for message in messages:
            self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if self._model is None or not any(c.isalnum() for c in text):
            # Nothing to read: emoji, punctuation, an empty message.
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            message.set(QUESTIONS, [], add_to_output=True)
            return
        reading, moment = self._model.read(text), moments.read(text)
        decision = understanding.decide(reading, moment)
        chosen = {"name": decision.topic, "confidence": decision.confidence}
        others = [
            {"name": topic, "confidence": share}
            for topic, share in reading.ranking[: self._config["ranking_length"]]
            if topic != decision.topic
        ]
        message.set(INTENT, chosen, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [chosen, *others], add_to_output=True)
        message.set(QUESTIONS, decision.also, add_to_output=True)
        is_over = moments.is_first_day_over(text, moment)
        told = {"moment": moment, "first_day": "over" if is_over else None}
        for entity, value in told.items():
            if value:
                self._extract(message, entity, value)

    def _extract(self, message: Message, entity: str, value: str) -> None:
        """Add an entity that the whole message tells."""
        found = {
            "entity": entity,
            "value": value,
            "start": 0,
            "end": len(message.get(TEXT)),
            "extractor": type(self).__name__,
        }
        message.set(ENTITIES, [*message.get(ENTITIES, []), found], add_to_output=True)


def _example(message: Message) -> Example | None:
    """Return a training line; None when it says nothing that can be learned.

    Its metadata: the author, of the block; the topics, of a line that asks several things.
    """
    metadata = message.get(METADATA) or {}
    told = (metadata.get("example") or {}).get("topics") or [message.get(INTENT)]
    text = message.get(TEXT)
    if not text or topics.SEVERAL in told:
        return None
    return Example(
        text=text,
        topics=tuple(told),
        author=(metadata.get("intent") or {}).get("author"),
    )
