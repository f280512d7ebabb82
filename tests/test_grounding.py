"""Every answer rests on the sheet, and every sentence of the sheet is answered."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cimento.answers import grounding, sheet
from cimento.answers.catalogue import FACETS, load_catalogue
from cimento.dialogue import aftermath, follow_up
from cimento.settings.paths import ROOT
from tests.servers import project_copy


def test_no_problem_in_the_project() -> None:
    assert grounding.problems() == []


def test_exempted_sentences_stand_in_the_sheet() -> None:
    text = sheet.read_text(ROOT, sheet.SHEET)
    assert all(sentence in text for sentence in grounding.NOT_QUOTED)


def _rules_and_stories() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for file in sorted((ROOT / "data").glob("*/*.yml")):
        content = yaml.load(file.read_bytes(), yaml.CSafeLoader)
        for flow in [*content.get("rules", []), *content.get("stories", [])]:
            steps += flow["steps"]
    return steps


def test_every_response_is_used() -> None:
    used = {step.get("action") for step in _rules_and_stories()}
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("actions", "cimento/channels", "cimento/dialogue")
        for file in sorted((ROOT / folder).rglob("*.py"))
    )
    used |= set(re.findall(r'"(utter_[\w/]+)"', code))
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    for form in domain["forms"].values():
        used |= {f"utter_ask_{slot}" for slot in form["required_slots"]}
    # Whose names are put together: tests/dialogue has what is said when.
    known, states = load_catalogue().responses, ("medecin", "urgence", "suicidal", None)
    used |= {aftermath.response(i, state, known) for i in aftermath.INTENTS for state in states}
    used |= {f"utter_call_reminder/{state}" for state in aftermath.STATES}
    used |= {f"utter_follow_up/unsaid_{facet}" for facet in FACETS}
    used |= {f"utter_follow_up/{i.removeprefix('ask_')}" for i in follow_up.INTENTS}
    used |= {f"utter_call_reminder/{state}" for state in states}
    # A follow-up question is answered by the facet of a topic: tests/test_facets.py.
    assert {w.standard for w in load_catalogue().wordings if not w.facet} - used == set()


def test_every_topic_of_a_title_is_an_intent_with_its_answer() -> None:
    catalogue = load_catalogue()
    responses = {w.response for w in catalogue.wordings}
    for topic in catalogue.titles:
        assert topic == "default" or topic in catalogue.intents
        assert f"utter_{topic}" in responses


def test_one_wording_per_channel_and_condition() -> None:
    keys = [(w.response, w.channel, w.condition) for w in load_catalogue().wordings]
    assert len(keys) == len(set(keys))


@pytest.fixture
def project() -> Iterator[Path]:
    with project_copy() as copy:
        yield copy


def _edit(project: Path, file: str, old: str, new: str) -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("data/sheet/08_after.yml", "conduire pendant les 24 premières", "conduire pendant 24", "not in the sheet"),
        ("data/sheet/08_after.yml", "les 24 premières heures après", "les 48 premières heures après", "48 is in no quote"),
        ("data/sheet/05_benefits.yml", "durablement. Dans", "pour l'été là-bas, forêt. Dans", "not GSM-7"),
        ("data/sheet/09_cost.yml", "section: 8-financier", "section: 9-autre", "no section"),
        ("data/safety/alarms.yml", "escalation: medecin", "escalation: grave", "escalation is one of"),
        ("data/safety/alarms.yml", "policy: [suicide_3114,", "policy: [suicide_9999,", "no statement"),
        ("domain.yml", "05 56 79 56 79", "05 56 00 00 00", "service_phone"),
        ("sheet/cimentoplastie.md", "Soyez à jeun le matin", "Soyez à jeun le soir", "not in the sheet"),
        ("data/safety/alarms.yml", "médecin si vous avez ensuite\u00a0:", "médecin si vous avez ensuite :", "a plain space may break before ':'"),
        ("data/sheet/08_after.yml", "key: vous pouvez manger", "key: vous pouvez marcher", "key words are not in it"),
        ("data/easy/sheet.yml", "topic: rest,", "topic: driving,", "utter_rest has another custom"),
        ("data/easy/sheet.yml", "utter_rest/easy", "utter_rests/easy", "no such wording"),
        ("data/facets/08_after.yml", "utter_rest/how_long", "utter_rest/how_lng", "ends in none of"),
        ("data/facets/08_after.yml", "utter_rest/where", "utter_rests/where", "no answer on 'rests'"),
        ("data/facets/08_after.yml", "topic: rest,", "topic: driving,", "utter_rest has another custom"),
        ("sheet/facts.yml", '"liberte .*refuser"', '"obligation"', "loses 'obligation'"),
        ("data/safety/alarms.yml", "Pour cet assistant, la fièvre", "La fièvre", "loses 'assistant' of 'fever_threshold'"),
        ("data/safety/alarms.yml", "title: Ni fièvre, ni frissons", "title: Tout va bien", "'tout va bien' is in no quote"),
        ("data/sheet/06_risks.yml", "s'est occupée de vous", "vous a pris en charge", "true of a man alone: 'vous a pris'"),
        ("data/sheet/04_procedure.yml", '"À votre arrivée, on vous', '"Oui. À votre arrivée, on vous', "begins with yes or no"),
    ],
)  # fmt: skip
def test_a_breach_is_found(project: Path, file: str, old: str, new: str, said: str) -> None:
    _edit(project, file, old, new)
    assert any(said in line for line in grounding.problems(project))


def test_an_unanswered_sentence_is_found(project: Path) -> None:
    _edit(
        project,
        "sheet/cimentoplastie.md",
        "- Soyez à jeun",
        "- Videz votre vessie avant de venir.\n- Soyez à jeun",
    )
    assert any("Videz votre vessie" in line for line in grounding.problems(project))


def test_a_missing_policy_says_how_to_restore_it(project: Path) -> None:
    (project / sheet.POLICY).unlink()
    with pytest.raises(sheet.SourceError, match=r"git checkout -- sheet/policy\.yml"):
        grounding.problems(project)


def test_a_page_that_nobody_has_read_for_a_year_is_named() -> None:
    page = {"title": "Une page", "url": "https://example.org/page"}
    read = [None, date(2026, 1, 1), date(2026, 1, 2)]
    policy = {"rule": {"text": "x", "sources": [{**page, "read": day} for day in read]}}
    never, old = sheet.stale_sources(policy, date(2027, 1, 2))
    assert "never read: Une page (https://example.org/page)" in never
    assert "last read on 2026-01-01" in old


def test_the_address_of_a_site_is_not_that_of_a_page() -> None:
    page = {"title": "Un site", "url": "https://example.org/", "read": date(2026, 1, 1)}
    policy = {"rule": {"text": "x", "sources": [page]}}
    (line,) = sheet.stale_sources(policy, date(2026, 1, 2))
    assert "not a page's: https://example.org/" in line


@pytest.mark.parametrize("page", sorted((ROOT / "cimento").glob("**/*.html")), ids=lambda p: p.stem)
def test_a_page_does_not_break_before_a_mark(page: Path) -> None:
    markup = r"<(script|style)\b.*?</\1>|<[^>]*>|\{[{%].*?[%}]\}"
    text = re.sub(markup, "x", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert grounding.BREAKS.search(text) is None


def test_a_policy_statement_without_source_is_refused(project: Path) -> None:
    (project / sheet.POLICY).write_text("alone: {text: 'x'}\n", encoding="utf-8")
    with pytest.raises(sheet.SourceError, match="needs text and sources"):
        grounding.problems(project)
