"""Check-ins on the running assistant: what is said to them, what the patient reads, who is told."""

import itertools
import uuid
from dataclasses import dataclass

import pytest
import requests

from cimento.followup.alerts import read_alerts
from cimento.followup.rasa_client import RasaClient
from cimento.sms import gsm7
from cimento.store.database import Database, open_database
from cimento.store.vault import conversation_id
from tests import overheard
from tests.servers import PATIENCE, SECRET, Assistant

_NUMBERS = itertools.count(33_620_000_000)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", SECRET)


@dataclass
class Phone:
    """A phone of its own for each test, and what the team is told of it."""

    url: str
    database: Database
    number: str

    def begin(self) -> None:
        """Open a check-in."""
        RasaClient(self.url).start_check_in(conversation_id(self.number))

    def say(self, text: str) -> str:
        """Write; return what is answered, "" when nothing is."""
        message = {"from": self.number, "text": overheard.saying(text), "id": uuid.uuid4().hex}
        reply = requests.post(f"{self.url}/webhooks/sms/console", json=message, timeout=PATIENCE)
        reply.raise_for_status()
        return "\n".join(sent["text"] for sent in reply.json()["messages"])

    def answers(self, *texts: str) -> list[str]:
        """Open a check-in, write to it; return the answers."""
        self.begin()
        return [self.say(text) for text in texts]

    def told(self) -> list[tuple[str, str]]:
        """(kind, level) of what the team was told."""
        found = read_alerts(self.database)
        return [(alert.kind, alert.level) for alert in found if alert.number == self.number]


@pytest.fixture
def phone(assistant: Assistant) -> Phone:
    database = open_database(f"sqlite:///{assistant.log.parent}/followup.db")
    return Phone(f"http://127.0.0.1:{assistant.port}", database, f"+{next(_NUMBERS)}")


def test_a_shrug_is_asked_again_in_other_words_and_its_digits_are_its_own(phone: Phone) -> None:
    again, noted = phone.answers("bof", "2")
    assert "je n'ai pas compris" in again
    assert "Un seul suffit : répondez oui" in again
    assert again.splitlines()[-2:] == ["1. Oui", "2. Non"]
    assert gsm7.segments(again) <= 2
    assert "c'est noté" in noted
    assert phone.told() == []


def test_no_menu_is_offered_inside_a_check_in(phone: Phone) -> None:
    for text in ("🤷", "gloubi boulga zing", "bonjour"):
        (answer,) = phone.answers(text)
        assert answer.splitlines()[-2:] == ["1. Oui", "2. Non"]
        assert "3." not in answer
    assert "Appelez immédiatement" in phone.say("1")


def test_thumbs_up_is_no(phone: Phone) -> None:
    assert "c'est noté" in phone.answers("👍🏼")[0]


@pytest.mark.parametrize("correction", ["en fait si", "je me suis trompé c'est oui", "1"])
def test_a_no_corrected_is_an_alarm(phone: Phone, correction: str) -> None:
    noted, advice = phone.answers("2", correction)
    assert "c'est noté" in noted
    assert advice.startswith("Appelez immédiatement votre médecin")
    assert phone.told() == [("alarm", "medecin")]


def test_a_yes_corrected_is_noted(phone: Phone) -> None:
    advice, noted = phone.answers("1", "je me suis trompé, c'est non")
    assert advice.startswith("Appelez immédiatement votre médecin")
    assert "je corrige" in noted
    assert phone.told() == [("alarm", "medecin")]  # somebody looks at it all the same


def test_a_question_is_answered_and_keeps_the_check_in_open(phone: Phone) -> None:
    answer, unusual, noted = phone.answers(
        "je peux reprendre le volant quand ?", "c'est quoi une douleur inhabituelle ?", "non rien"
    )
    assert "24" in answer
    assert "La fiche ne précise rien de plus" in unusual
    assert all(said.splitlines()[-2:] == ["1. Oui", "2. Non"] for said in (answer, unusual))
    assert "c'est noté" in noted
    assert phone.told() == []


def test_a_no_with_a_question_closes_it(phone: Phone) -> None:
    both, free = phone.answers("ni fièvre ni frissons, et je peux conduire ?", "merci")
    assert "24" in both
    assert "1. Oui" not in both + free


def test_a_wrong_number_is_apologised_to_and_asked_no_more(phone: Phone) -> None:
    sorry, free = phone.answers("vous vous trompez de numéro", "merci")
    assert "Nous ne vous enverrons plus de SMS" in sorry
    assert "1. Oui" not in free


@pytest.mark.parametrize("words", ["STOP", "arrêtez de m'écrire tous les jours"])
def test_stop_ends_it_and_an_alarm_is_heard_all_the_same(phone: Phone, words: str) -> None:
    stopped, again, alarm = phone.answers(words, words, "je suffoque, je ne peux plus parler")
    assert "vous ne recevrez plus de SMS" in stopped
    assert again == ""
    assert alarm.startswith("Appelez le 15 ou le 112")
    assert ("alarm", "urgence") in phone.told()


def test_who_complains_is_asked_and_a_menu_waits(phone: Phone) -> None:
    """The same question, which no follow-up has asked."""
    asked = phone.say("je me sens pas bien")
    assert asked.splitlines()[-2:] == ["1. Oui", "2. Non"]
    assert "je n'ai pas compris" in phone.say("👍")
    assert "Appelez immédiatement" in phone.say("1")
