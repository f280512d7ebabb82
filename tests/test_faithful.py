"""What the wordings may not lose, soften, harden or misorder: the old ones are caught, each once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cimento.answers import sheet
from cimento.answers.calls import UNREAD, check_calls
from cimento.answers.catalogue import SMS, Wording, load_catalogue
from cimento.answers.facts import (
    Fact,
    check_covered,
    check_faithful,
    check_whole,
    read_facts,
)
from cimento.answers.grounding import with_inherited_sources
from cimento.channels.sms import texts
from cimento.followup.protocol import read_protocol
from cimento.settings.paths import ROOT

OLD = yaml.safe_load((Path(__file__).parent / "old_wordings.yml").read_text(encoding="utf-8"))
FACTS = read_facts()
ANSWERS = with_inherited_sources(load_catalogue().wordings)


def _today(old: dict[str, Any]) -> tuple[Wording, bool]:
    """Return the wording that has taken the place of an old one, and whether it answers what
    nobody has read."""
    name = old["response"]
    for wording in (*read_protocol().wordings(), *texts.wordings()):
        if wording.response == name:
            return wording, name not in ("evening_before", "three_weeks")
    (found,) = [
        wording
        for wording in ANSWERS
        if (wording.response, wording.channel) == (name, old["channel"])
        and old["condition"] in wording.condition
        and bool(old["condition"]) == bool(wording.condition)
    ]
    return found, False


@pytest.mark.parametrize("old", OLD, ids=lambda old: f"{old['response']}-{old['channel']}")
def test_an_old_wording_is_caught_and_todays_is_not(old: dict[str, Any]) -> None:
    today, unread = _today(old)
    # An old list had all it said in the SMS itself: it is held to what its web twin quotes.
    quotes = {quote: None for w in ANSWERS if w.response == today.response for quote in w.quotes}
    before = replace(today, text=old["text"], quotes=tuple(quotes) or today.quotes)
    found = check_calls(before, unread) + check_faithful(before, FACTS)
    assert any(old["found"] in line for line in found), found
    assert check_calls(today, unread) + check_faithful(today, FACTS) == []


def _wording(text: str, *quotes: str, **changed: Any) -> Wording:
    custom = {"topic": "x", "section": None, "escalation": "none"}
    one = Wording("utter_x", SMS, "", text, custom, None, quotes, (), "x.yml")
    return replace(one, **changed)


def test_a_modality_is_not_raised() -> None:
    for word in ("toujours", "obligatoire", "sans risque", "garanti"):
        assert f"'{word}' is in no quote" in "".join(check_faithful(_wording(f"C'est {word}."), []))
    assert check_faithful(_wording("C'est indispensable.", "il est indispensable"), []) == []


def test_a_quote_with_an_exception_that_no_passage_holds_is_named() -> None:
    facts = [Fact("fuir de l’os", ("fui",))]
    (line,) = check_covered([_wording("…", "Le ciment peut fuir de l’os")], facts, "fuir de l’os")
    assert "does not hold 'peut'" in line
    (line,) = check_covered([_wording("…", "Soyez calme.")], [], "")
    assert "says nothing" in line
    (line,) = check_covered([], [Fact("absent", ())], "la fiche")
    assert "not in the sheet" in line


def test_an_sms_leaves_nothing_out_that_none_of_its_choices_leads_to() -> None:
    facts = [Fact("jeun", ("jeun",)), Fact("douche", ("douche",))]
    web = _wording("…", "jeun", "douche", channel="web")
    sms = _wording("…", "jeun")
    behind = _wording("…", "douche", response="utter_shower")
    (line,) = check_whole([web, sms, behind], facts)
    assert "leaves out « douche »" in line
    assert check_whole([web, replace(sms, choices=("shower",)), behind], facts) == []


def test_facts_without_what_to_keep_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sheet").mkdir()
    (tmp_path / "sheet/facts.yml").write_text("- passage: x\n", encoding="utf-8")
    with pytest.raises(sheet.SourceError, match="needs passage and keep"):
        read_facts(tmp_path)


def test_every_expression_is_one_that_a_wording_can_have() -> None:
    """In capitals or with an accent it would never be found, or never refused."""
    for fact in read_facts(ROOT):
        for expression in (*fact.keep, *fact.never):
            assert expression == expression.lower() and expression.isascii(), expression


URGENT = "En cas d'urgence : le 15 ou le 112 ; SMS au 114 si vous ne pouvez pas parler ou entendre."


@pytest.mark.parametrize(
    ("level", "text", "said"),
    [
        ("none", "Appelez le service.", "does not name the 15"),
        ("none", "Appelez le 15 ou le 112.", "114 with its condition"),
        ("none", f"Le service : {{service_phone}}. {URGENT}", "the service comes after"),
        ("none", "Appelez le 112 ou le 15. SMS au 114 sans parler ou entendre.", "the order is"),
        ("medecin", f"{URGENT} Appelez immédiatement votre médecin.", "the doctor comes first"),
        ("medecin", f"Appelez immédiatement votre médecin. {URGENT}", "when no doctor answers"),
        (
            "medecin",
            "Appelez immédiatement votre médecin. Nuit, week-end, répondeur : le 15 ou le 112.",
            "may be by day",
        ),
        ("urgence", URGENT, "works abroad"),
        ("urgence", f"Appelez le 3114. {URGENT} Hors de France : 112.", "before the 3114"),
        ("urgence", f"Le service : {{service_phone}}. {URGENT}", "the service comes after"),
    ],
)
def test_whom_to_call_comes_in_the_order_of_the_level(level: str, text: str, said: str) -> None:
    wording = _wording(text, custom={"topic": "x", "section": None, "escalation": level})
    assert any(said in line for line in check_calls(wording))


def test_what_answers_an_unread_message_is_an_answer() -> None:
    assert {wording.response for wording in ANSWERS} >= UNREAD


def test_what_answers_an_unread_message_begins_with_the_15() -> None:
    text = f"Demandez à votre médecin. {URGENT}"
    assert check_calls(_wording(text)) == []
    assert "the 15 comes first" in "".join(check_calls(_wording(text), unread=True))
