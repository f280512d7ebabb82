"""The answers to follow-up questions: each stands beside its topic, and the empty cells show."""

from dataclasses import replace

import pytest

from cimento.answers.catalogue import FACETS, SMS, WEB, Catalogue, Wording, load_catalogue
from cimento.answers.grounding import check_facets
from cimento.ops.content import matrix

CATALOGUE = load_catalogue()
ASKED = {f"utter_{topic}/{facet}" for topic in CATALOGUE.titles for facet in FACETS}
CUSTOM = {"topic": "x", "section": None, "escalation": "none"}


def _wording(response: str, **others: object) -> Wording:
    one = Wording(response, WEB, "", "Restez ici.", CUSTOM, None, (), (), "data/facets/x.yml")
    return replace(one, **others)  # type: ignore[arg-type]


def _catalogue(*wordings: Wording) -> Catalogue:
    return Catalogue(wordings, {"service_phone": "05", "service_extension": "9"}, frozenset())


@pytest.mark.parametrize(
    ("response", "topic", "facet"),
    [
        ("utter_driving", "driving", None),
        ("utter_driving/easy", "driving", None),
        ("utter_driving/how_long", "driving", "how_long"),
        ("utter_driving/how_long/easy", "driving", "how_long"),
        ("utter_help/give_up", "help/give_up", None),
    ],
)
def test_a_response_is_of_a_topic_and_a_facet(response: str, topic: str, facet: str | None) -> None:
    wording = _wording(response)
    assert (wording.topic, wording.facet) == (topic, facet)


def test_the_facets_of_a_topic_are_found() -> None:
    assert CATALOGUE.facets["shower"]["why"] == "utter_shower/why"
    assert "why" not in CATALOGUE.facets["fasting"]  # the sheet does not say why
    assert "infection" in CATALOGUE.wording("utter_shower/why").text
    told = {name for facets in CATALOGUE.facets.values() for name in facets.values()}
    assert told == {w.response for w in CATALOGUE.wordings if "/facets/" in w.file}
    assert told <= ASKED


def test_a_facet_is_said_by_web_and_by_sms_and_names_no_button() -> None:
    for name in (name for facets in CATALOGUE.facets.values() for name in facets.values()):
        assert CATALOGUE.wording(name, WEB).title is None
        assert CATALOGUE.wording(name, SMS).topic in CATALOGUE.titles


def test_a_facet_beside_no_topic_or_unlike_it_is_named() -> None:
    topic = _wording("utter_x", file="data/sheet/x.yml")
    assert check_facets(_catalogue(topic, _wording("utter_x/why"))) == []
    (line,) = check_facets(_catalogue(topic, _wording("utter_x/wy")))
    assert "utter_x/wy (web): ends in none of /why, /how_long" in line
    (line,) = check_facets(_catalogue(topic, _wording("utter_y/why")))
    assert "there is no answer on 'y'" in line
    graver = {**CUSTOM, "escalation": "urgence"}
    (line,) = check_facets(_catalogue(topic, _wording("utter_x/why", custom=graver)))
    assert "utter_x has another custom" in line


def test_what_is_declared_unsaid_is_a_facet_that_nothing_answers() -> None:
    topic = _wording("utter_x", file="data/sheet/x.yml", unsaid=("why", "wy"))
    (line,) = check_facets(_catalogue(topic))
    assert "not 'wy'" in line
    topic = replace(topic, unsaid=("why", "where"))
    (line,) = check_facets(_catalogue(topic, _wording("utter_x/why")))
    assert "'why' is `unsaid`, and utter_x/why says it" in line


def test_the_matrix_shows_the_cells_that_are_empty() -> None:
    head, *lines, sum_ = matrix(CATALOGUE).splitlines()
    assert head.split() == list(FACETS)
    rows = {name: cells for name, *cells in map(str.split, lines)}
    assert rows["fasting"][list(FACETS).index("why")] == "."
    assert rows["shower"][list(FACETS).index("why")] == "x"
    assert rows["success_rate"][list(FACETS).index("how")] == "?"
    assert rows["fever"][list(FACETS).index("why")] == "="
    assert "greet" not in rows and set(CATALOGUE.facets) <= set(rows)
    crosses = sum(cells.count("x") for cells in rows.values())
    assert sum_.startswith(f"{crosses} of {len(rows) * len(FACETS)} ")
