"""Rasa component: the last word on a message, from topics, signs of alarm and moment.

It comes after the classifier and outranks it, and every form and story with it: the
rules of data/safety answer the alarms it finds whatever the conversation was about.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from cimento.nlu import moments, signs, understanding
from cimento.nlu.topic_classifier import HALVES_RANKING

# In the parse data: the topics to answer besides the intent, in order.
QUESTIONS = "questions"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PatientReader(GraphComponent, IntentClassifier):
    """Decides the intent, lists further questions, and extracts the entity `moment`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatientReader:
        """Create the component (called by Rasa); reads the lexicon, fails if it is broken."""
        signs.read("")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, questions and entities on each message."""
        for message in messages:
            self._decide(message)
        return messages

    def _decide(self, message: Message) -> None:
        ranking = [(e["name"], e["confidence"]) for e in message.get(INTENT_RANKING_KEY) or []]
        if not ranking:
            message.set(QUESTIONS, [], add_to_output=True)
            return
        text = message.get(TEXT)
        moment = moments.read(text)
        decision = understanding.decide(
            ranking, message.get(HALVES_RANKING), signs.read(text), moment
        )
        message.set(
            INTENT, {"name": decision.topic, "confidence": decision.confidence}, add_to_output=True
        )
        message.set(QUESTIONS, decision.also, add_to_output=True)
        if moment:
            entity = {
                "entity": "moment",
                "value": moment,
                "start": 0,
                "end": len(text),
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
