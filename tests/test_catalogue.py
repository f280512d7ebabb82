"""The catalogue: what it holds, and that nobody who has one reads a file to answer."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.channels.channel import UserMessage

from actions.escalate import ActionEscalate
from actions.offer_topics import ActionOfferTopics
from cimento.answers.catalogue import SMS, load_catalogue, read_catalogue
from cimento.answers.sheet import SourceError
from cimento.channels.chat.channel import ChatInput
from cimento.channels.rest import CimentoRestInput
from cimento.channels.sms.channel import SmsInput
from cimento.nlu import signs
from cimento.settings.chat import ChatSettings
from cimento.settings.paths import ROOT
from cimento.settings.sms import SmsSettings
from cimento.store.database import open_database
from tests.chat.client import Client
from tests.dialogue.said import user
from tests.sms.server import ALARM, ANSWER, DRIVING, Assistant, Server
from tests.test_actions import run


def test_the_first_wording_of_a_channel_is_found() -> None:
    catalogue = load_catalogue()
    for response in {wording.response for wording in catalogue.wordings}:
        of_sms = [w for w in catalogue.wordings if (w.response, w.channel) == (response, SMS)]
        assert catalogue.wording(response, SMS) is of_sms[0]
    with pytest.raises(LookupError, match="utter_nothing has no sms wording"):
        catalogue.wording("utter_nothing", SMS)


def test_topics_have_levels_titles_and_quotes() -> None:
    catalogue = load_catalogue()
    assert catalogue.escalations["fever"] == "medecin"
    assert catalogue.titles["driving"]
    assert catalogue.quotes["driving"] == (
        "Vous ne devez pas conduire pendant les 24 premières heures.",
    )


def test_the_number_takes_its_place() -> None:
    rendered = load_catalogue().render("{service_phone}, poste {service_extension}")
    assert rendered == "05 56 79 56 79, poste 95599"


def test_a_project_without_training_lines_has_the_same_catalogue(tmp_path: Path) -> None:
    for file in [Path("domain.yml"), *(p.relative_to(ROOT) for p in ROOT.glob("data/*/*.yml"))]:
        if file.parent.name != "nlu":
            copy = tmp_path / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / file).read_bytes())
    assert read_catalogue(tmp_path).wordings == load_catalogue().wordings


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("slots: [", encoding="utf-8")
    with pytest.raises(SourceError, match=r"domain\.yml is not valid YAML"):
        read_catalogue(tmp_path)
    with pytest.raises(SourceError, match=r"git checkout -- domain\.yml"):
        read_catalogue(tmp_path / "nowhere")


@pytest.fixture
def close_the_files(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes every reading of YAML, or of a file as text, fail from then on."""
    monkeypatch.setenv("CIMENTO_SECRET", "a secret for tests, forty characters long")

    def refusing(read: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*arguments: Any, **options: Any) -> Any:
            file = arguments[0]
            if isinstance(file, Path) and ROOT not in file.parents:
                return read(*arguments, **options)  # what could not be stored is kept elsewhere
            raise AssertionError("a file is read during a turn")

        return refuse

    def close() -> None:
        signs.read("")  # the model, when Rasa loads it, does as much
        load_catalogue.cache_clear()
        for owner, name in ((yaml, "load"), (yaml, "safe_load"), (Path, "read_text")):
            monkeypatch.setattr(owner, name, refusing(getattr(owner, name)))

    return close


class ChatAssistant(Assistant):
    """Answers a question, and to an alarm nothing at all."""

    async def handle(self, message: UserMessage) -> None:
        if "silence" not in message.text:
            await message.output_channel.send_response(
                message.sender_id, {"text": ANSWER, "custom": DRIVING}
            )


def test_no_file_is_read_by_a_turn_of_the_chat(close_the_files: Callable[[], None]) -> None:
    with Server(ChatInput(ChatSettings()), ChatAssistant()) as server:
        close_the_files()
        client = Client(server.port)
        assert "assistant automatique" in client.open()["greeting"]["text"]
        assert client.say("je peux conduire ?").body["sources"][0]["title"].startswith("Fiche")
        assert client.say("silence").body["topic"] == "unavailable"
        page = f"{server.url}/chat/fiche?sujet=driving"
        with urllib.request.urlopen(page, timeout=10) as answer:
            assert b'<mark id="citation">' in answer.read()


def test_no_file_is_read_by_a_turn_by_sms(
    close_the_files: Callable[[], None], tmp_path: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'sms.db'}")
    with Server(SmsInput(SmsSettings(provider="console"), database=database)) as server:
        close_the_files()

        def say(text: str) -> str:
            message = {"from": "0612345678", "text": text, "id": text}
            url = f"{server.url}/webhooks/sms/console"
            kind = {"Content-Type": "application/json"}
            request = urllib.request.Request(url, json.dumps(message).encode(), kind)
            with urllib.request.urlopen(request, timeout=10) as answer:
                return "\n".join(sent["text"] for sent in json.load(answer)["messages"])

        assert ANSWER in say("je peux conduire ?")
        assert ALARM in say("j'ai 39")
        server.assistant.fails = True
        assert "je ne peux pas répondre" in say("je peux manger ?")
        assert "Appelez immédiatement votre médecin" in say("j'ai des frissons")
        assert "vous ne recevrez plus" in say("STOP")


def test_no_file_is_read_by_a_turn_of_the_rest_channel(
    close_the_files: Callable[[], None],
) -> None:
    with Server(CimentoRestInput(), ChatAssistant()) as server:
        close_the_files()
        url = f"{server.url}/webhooks/rest/webhook"
        for text, topic in (("/driving", "driving"), ("silence", "unavailable")):
            request = urllib.request.Request(
                url,
                json.dumps({"sender": "me", "message": text}).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert json.load(answer)[-1]["custom"]["topic"] == topic


async def test_no_file_is_read_by_an_action(close_the_files: Callable[[], None]) -> None:
    escalate, offer = ActionEscalate(), ActionOfferTopics()
    close_the_files()
    assert (await run(escalate, user("emergency")))[1]["escalation__level"] == "urgence"
    ranking = [{"name": "driving", "confidence": 0.1}]
    _, _, buttons = await run(offer, user("nlu_fallback", intent_ranking=ranking))
    assert buttons[0][0]["payload"] == "/driving"
