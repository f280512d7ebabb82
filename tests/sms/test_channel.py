"""Conversations through the simulated phone, over HTTP as a provider would."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cimento.followup import people
from cimento.sms import gsm7
from cimento.store.database import Database
from cimento.store.vault import conversation_id
from tests.sms.phone import NUMBER, say
from tests.sms.server import ALARM, ANSWER, DRIVING, FEVER, Hearing, Server


def test_a_question_gets_one_sms_that_says_who_writes(console: Server, hearing: Hearing) -> None:
    (sms,) = say(console, "quand conduire ?")
    privacy = "N'écrivez ni votre nom, ni votre numéro de dossier ou de sécurité sociale."
    assert sms == gsm(f"Assistant automatique. {ANSWER}\n{privacy}")
    assert say(console, "et encore ?") == [gsm(ANSWER)]
    id_ = conversation_id(NUMBER)
    assert console.assistant.heard == [(id_, "quand conduire ?"), (id_, "et encore ?")]
    assert [(turn.number, turn.topics) for _, turn in hearing.events] == [
        (NUMBER, ("driving",))
    ] * 2


def gsm(text: str) -> str:
    assert gsm7.segments(text) <= 2
    return text


def test_one_number_is_one_conversation_however_written(console: Server) -> None:
    for number in ("0612345678", "06 12 34 56 78", "+33612345678", "0033612345678", "33612345678"):
        say(console, "bonjour", number)
    assert {sender for sender, _ in console.assistant.heard} == {conversation_id(NUMBER)}
    assert "612345678" not in conversation_id(NUMBER)


def test_overseas_mobiles_are_answered(console: Server) -> None:
    for number in ("+262692123456", "+590690123456", "+596696123456", "+594694123456"):
        assert len(say(console, "bonjour", number)) == 1


@pytest.mark.parametrize(
    ("number", "e164"),
    [
        ("+32470123456", "+32470123456"),
        ("0032470123456", "+32470123456"),
        ("+351912345678", "+351912345678"),
        ("+447700900123", "+447700900123"),
        ("05 56 79 56 79", "+33556795679"),
    ],
)
def test_foreign_mobiles_and_landlines_are_answered(
    console: Server, hearing: Hearing, number: str, e164: str
) -> None:
    (sms,) = say(console, "j'ai 39", number)
    assert sms.startswith(ALARM)
    ((_, turn),) = hearing.events
    assert (turn.number, turn.level) == (e164, "medecin")


@pytest.mark.parametrize("number", ["38000", "OVH", "x" * 5000])
def test_who_cannot_be_answered_is_heard_all_the_same(
    console: Server, hearing: Hearing, number: str
) -> None:
    assert say(console, "je ne peux plus respirer, 39", number) == []
    assert say(console, "bonjour", number) == []
    ((_, alarm), (_, greeting)) = hearing.events
    assert (alarm.number, alarm.alerts, greeting.alerts) == (number[:40], True, False)


@pytest.mark.parametrize("text", ["", "   ", "👍", "🤒🤒", "?!", "...", "\n"])
def test_wordless_messages_are_answered_in_words(console: Server, text: str) -> None:
    (sms,) = say(console, text)
    assert "Je ne lis que les mots" in sms
    assert "05 56 79 56 79" in sms
    assert console.assistant.heard == []


@pytest.mark.parametrize(
    "text", ["/restart", "/driving", '/affirm{"x": 1}', "/ 38,5 ce soir", "//session_start"]
)
def test_typed_commands_are_text(console: Server, text: str) -> None:
    say(console, text)
    assert not console.assistant.heard[0][1].startswith("/")


def test_a_number_takes_the_choice_offered_last(console: Server) -> None:
    buttons = [{"title": "Oui", "payload": "/affirm"}, {"title": "Non", "payload": "/deny"}]
    question = {"text": "De la fièvre ?", "buttons": buttons, "custom": DRIVING}
    console.assistant.script["ça va pas"] = [question]
    (sms,) = say(console, "ça va pas")
    assert sms.splitlines()[-2:] == ["1. Oui", "2. Non"]
    say(console, "Réponse 2.")
    say(console, "2")  # the turn before offered nothing
    assert [text for _, text in console.assistant.heard] == ["ça va pas", "/deny", "2"]


def test_an_open_check_in_hears_its_digits_and_signs(console: Server, hearing: Hearing) -> None:
    question = {
        "text": "Des signes ?",
        "buttons": [{"title": t, "payload": p} for t, p in (("Oui", "/affirm"), ("Non", "/deny"))],
        "custom": DRIVING,
    }
    menu = {**question, "text": "Lequel ?", "buttons": [{"title": "La fuite", "payload": "/leak"}]}
    console.assistant.script["chépa"] = [menu, question]
    say(console, "bonjour")
    console.assistant.state = {"form": "symptom_form", "check_in": True}
    (sms,) = say(console, "chépa")
    assert sms.splitlines() == ["Lequel ?", "Des signes ?", "1. Oui", "2. Non"]
    for text in ("2", "1", "👍", "🤒"):
        say(console, text)
    say(console, "")  # a picture
    console.assistant.state = {"symptom__answered": True}
    say(console, "1")
    heard = [text for _, text in console.assistant.heard]
    assert heard[2:] == ["/deny", "/affirm", "/deny", "🤒", "/correct_yes"]
    assert [turn.topics for _, turn in hearing.events][-2] == ("wordless",)


def test_stop_is_confirmed_once_and_silences(console: Server, hearing: Hearing) -> None:
    (confirmation,) = say(console, "ARRÊT !")
    assert "vous ne recevrez plus de SMS" in confirmation
    assert say(console, "stop") == []
    assert say(console, "je peux conduire ?") == []
    assert hearing.alarms == []
    (resumed,) = say(console, "Reprendre")
    assert "de nouveau" in resumed
    assert len(say(console, "je peux conduire ?")) == 1


def test_stop_in_other_words_is_what_the_assistant_reads(
    console: Server, hearing: Hearing, database: Database
) -> None:
    custom = {"topic": "opt_out", "section": None, "escalation": "none"}
    for words in ("fichez-moi la paix avec vos textos", "déjame en paz"):
        console.assistant.script[words] = [{"text": "Pour l'assistant web.", "custom": custom}]
    (confirmation,) = say(console, "fichez-moi la paix avec vos textos")
    assert "vous ne recevrez plus de SMS" in confirmation
    assert "web" not in confirmation
    assert say(console, "déjame en paz") == []
    with database.begin() as session:
        assert people.is_opted_out(session, conversation_id(NUMBER))
    assert [turn.topics for _, turn in hearing.events] == [("opt_out",)] * 2


def test_an_alarm_without_a_listed_word_is_heard_after_stop_and_over_the_rate(
    console: Server, hearing: Hearing
) -> None:
    words = "mes doigts sont tout bleus et je tremblote"
    console.assistant.script[words] = [{"text": ALARM, "custom": FEVER}]
    say(console, "STOP")
    for _ in range(10):
        (answer,) = say(console, words)
        assert answer.startswith(ALARM)
    assert hearing.alarms == [(words, "medecin")] * 10


def test_an_alarm_is_answered_in_and_after_stop(console: Server, hearing: Hearing) -> None:
    alarm, confirmation = say(console, "STOP j'ai 39 de fièvre")
    assert alarm.startswith(ALARM)
    assert "vous ne recevrez plus" in confirmation
    (again,) = say(console, "j'ai 39 et des frissons")
    assert ALARM in again
    assert hearing.alarms == [
        ("STOP j'ai 39 de fièvre", "medecin"),
        ("j'ai 39 et des frissons", "medecin"),
    ]


def test_a_repeated_id_gets_the_same_answer_and_no_second_turn(console: Server) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: say(console, "bonjour", id="m1"), range(6)))
    assert len(console.assistant.heard) == 1
    assert max(len(answer) for answer in answers) == 1
    assert say(console, "bonjour", id="m1") == max(answers, key=len)


def test_a_long_message_is_read_in_part(console: Server) -> None:
    assert len(say(console, "bla " * 2500 + "39 ce matin")) == 1
    ((_, heard),) = console.assistant.heard
    assert len(heard) < 2100
    assert heard.endswith("39 ce matin")


def test_two_robots_stop_answering_each_other(console: Server) -> None:
    answered = [len(say(console, f"message automatique {n}")) for n in range(10)]
    assert answered == [1] * 8 + [0] * 2
    assert len(say(console, "j'ai 39 de fièvre")) == 1
