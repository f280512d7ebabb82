"""The texts: they rest on the sheet, fit in two segments, name nobody and no illness."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from cimento.answers.catalogue import load_catalogue
from cimento.followup import protocol as module
from cimento.followup.protocol import Protocol, ProtocolError
from cimento.followup.schedule import CLOSES, OPENS
from cimento.settings.paths import ROOT
from cimento.sms import gsm7

# What would tell who reads over the shoulder what the patient has, or who they are.
_TELLING = re.compile(
    r"ciment|vert[eè]b|fractur|ost[eé]o|tass|radio|rayon|interven|ponction|\bos\b|cancer|m[eé]tas"
    r"|monsieur|madame|\bM\.|\bMme",
    re.IGNORECASE,
)


def _texts(protocol: Protocol) -> dict[str, str]:
    return {step.id: protocol.text(step.id) for step in (*protocol.steps, protocol.reminder)}


def test_no_problem(protocol: Protocol) -> None:
    assert module.problems(protocol) == []


def test_every_moment_of_the_follow_up_has_its_message(protocol: Protocol) -> None:
    kinds = {step.id: step.kind for step in protocol.steps}
    assert kinds == {
        "evening_before": "advice",
        "day_of_return": "advice",
        "day_1": "check_in",
        "day_3": "check_in",
        "three_weeks": "advice",
    }


def test_each_sms_may_be_the_first(protocol: Protocol) -> None:
    for text in _texts(protocol).values():
        lines = [line for line in text.splitlines() if not re.match(r"\d\. ", line)]
        assert lines[0] == "CHU de Bordeaux, assistant automatique"
        assert lines[-1].startswith("STOP : fin")
        assert gsm7.segments(text) <= 2
        assert not _TELLING.search(text), text


def test_the_choices_of_a_check_in_are_those_of_the_conversation(protocol: Protocol) -> None:
    """ "1" is read as the first button of the question that the conversation is told to ask."""
    flows = yaml.safe_load((ROOT / "data/conversation/check_in.yml").read_text(encoding="utf-8"))
    for wording in flows["responses"]["utter_ask_symptom__has_sign"]:
        numbered = [f"{n}. {button['title']}" for n, button in enumerate(wording["buttons"], 1)]
        for step in ("day_1", "day_3", "day_1.reminder"):
            assert protocol.text(step).splitlines()[-len(numbered) :] == numbered


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            "evening_before",
            "à jeun|[Dd]ouche|dossier|Venez avec quelqu'un|[Aa]nticoagulant|ne changez rien",
        ),
        (
            "day_of_return",
            "Urgence, nuit : 15, 112|114|médecin|allongez-vous|minimum|conduisez pas les 24 premières",
        ),
        (
            "day_1",
            "Urgence : 15, 112|114|fièvre|pour l'assistant, dès 38,0 degrés|frissons|douleur inhabituelle"
            "|médecin .absent : 15",
        ),
        ("three_weeks", "rougeur|poils"),
    ],
)
def test_what_each_must_say(protocol: Protocol, step: str, words: str) -> None:
    for word in words.split("|"):
        assert re.search(word, protocol.text(step)), word


def test_the_reminder_of_a_check_in(protocol: Protocol) -> None:
    assert "réponse nous manque" in protocol.text("day_1.reminder")
    assert protocol.reminder.moment.hours == 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("24 premières heures", "48 premières heures", "48 is in no quote"),
        ("les 24 premières heures", "24 heures", "loses '24 premieres heures'"),
        ("allongez-vous", "forêt, là-bas", "not GSM-7"),
        ("allongez-vous", "allongez-vous " * 15, "segments"),
        ("STOP : fin", "", "STOP stops"),
        ("si on ne peut parler ou entendre", "", "the 114 with its condition"),
        ("Urgence, nuit : 15, 112", "Urgence", "the 15 and the 112"),
    ],
)
def test_a_breach_is_found(protocol: Protocol, old: str, new: str, said: str) -> None:
    steps = list(protocol.steps)
    steps[1] = replace(steps[1], text=steps[1].text.replace(old, new))
    found = module.problems(replace(protocol, steps=tuple(steps)))
    assert any(said in line for line in found), found


@pytest.mark.parametrize("said", ["Ne conduisez pas", "Rentré(e)", "appelez votre médecin"])
def test_who_shares_the_phone_is_not_taken_for_the_patient(protocol: Protocol, said: str) -> None:
    step = protocol.steps[1]
    step = replace(step, shared=step.shared.replace("Ne pas conduire", said))
    found = module.problems(replace(protocol, steps=(step,)))
    assert any("takes who reads for the patient" in line for line in found), found


def test_a_quote_that_is_not_in_the_sheet_is_found(protocol: Protocol) -> None:
    step = replace(protocol.steps[0], quotes=("Venez en forme.",))
    assert "not in the sheet" in "".join(module.problems(replace(protocol, steps=(step,))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: check_in", "kind: question"),
        ('at: "10:00"', 'at: "21:00"'),
        ("anchor: act", "anchor: birth"),
        ("valid_for: 2", "valid: 2"),
        ("steps:", "steps: ["),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = module.FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "protocol.yml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProtocolError, match=r"protocol\.yml"):
        module._read(broken, load_catalogue())


def test_sms_hours_are_those_of_the_day() -> None:
    assert (OPENS.hour, CLOSES.hour) == (8, 20)
