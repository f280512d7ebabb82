"""The parts of the chat, one by one."""

import re
from html import unescape

import pytest

from cimento.answers import sheet
from cimento.answers.calls import check_calls
from cimento.answers.catalogue import WEB, Wording, load_catalogue
from cimento.channels.chat.links import section_titles, service_link
from cimento.channels.chat.pages import HERE, Pages
from cimento.channels.chat.preparation import preparation
from cimento.channels.chat.refusals import Refusal
from cimento.channels.chat.relatives import for_somebody
from cimento.channels.chat.sessions import PREFIX, Sessions
from cimento.channels.chat.site import static_files

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(CATALOGUE)


def test_a_session_opens_its_conversation_alone() -> None:
    sessions = Sessions(120)
    ids = {Sessions.new_conversation() for _ in range(100)}
    assert len(ids) == 100
    for conversation in ids:
        assert conversation.startswith(PREFIX)
        assert sessions.conversation(sessions.token(conversation)) == conversation


def test_a_token_hides_the_conversation() -> None:
    assert "0" * 32 not in Sessions(120).token(PREFIX + "0" * 32)


def test_an_unused_session_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(120)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000.0)
    token = sessions.token(Sessions.new_conversation())
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000.0 + 7199)
    assert sessions.conversation(token)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000.0 + 7201)
    with pytest.raises(Refusal, match="session_expired"):
        sessions.conversation(token)


def test_every_quote_of_every_topic_is_marked_once(pages: Pages) -> None:
    for wording in CATALOGUE.wordings:
        if not wording.custom.get("section"):
            continue
        html = pages.fiche(wording.custom["topic"])
        assert html.count('<mark id="citation">') == 1, wording.response
        assert html.count("<mark") == html.count("</mark>")


def test_the_marked_passage_is_the_quote(pages: Pages) -> None:
    marked = pages.fiche("driving").partition('<mark id="citation">')[2].partition("</mark>")[0]
    assert marked == "Vous ne devez pas conduire pendant les 24 premières heures."


@pytest.mark.parametrize("topic", ["nothing", "", "greet", "../../x"])
def test_a_topic_without_quotes_marks_nothing(pages: Pages, topic: str) -> None:
    assert pages.fiche(topic) == pages.fiche()


def test_the_sheet_is_whole_and_its_sections_can_be_linked(pages: Pages) -> None:
    html = pages.fiche()
    assert "<mark" not in html
    plain = " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
    for anchor, text in sheet.read_sections().items():
        assert f'<section id="{anchor}">' in html
        for sentence in sheet.sentences(text):
            assert " ".join(sentence.split()) in plain, sentence


def test_paragraphs_are_broken_by_idea_without_changing_a_word(pages: Pages) -> None:
    html = pages.fiche().partition("</nav>\n    ")[2].partition("</main>")[0]
    whole = pages.fiche("risks")
    assert "</p>\n<p>Une petite quantité de ciment" in html
    assert whole.count("<mark") == whole.count("</mark>") > 1  # a passage over two paragraphs
    unlinked = re.sub(r"</?a\b[^>]*>", "", html)
    plain = re.sub(r"<[^>]+>", " ", unlinked).replace("&amp;", "&").replace("&quot;", '"').split()
    sections = "\n".join(sheet.read_sections().values())
    assert plain == [word for word in sections.split() if not re.fullmatch(r"#+|-", word)]


def test_the_sheet_has_contents_that_lead_to_its_sections(pages: Pages) -> None:
    html = unescape(pages.fiche())
    for anchor, heading in re.findall(r'<li><a href="#([\w-]+)">(.+)</a></li>', html):
        assert f'<section id="{anchor}">' in html
        assert html.count(heading) > 1
    assert html.count('href="tel:+33556795679"') == html.count("05 56 79 56 79") + 1  # and a button


def test_files_are_served_as_they_stand_without_comments_and_indents() -> None:
    folder = HERE / "static"
    files = static_files(service_link(CATALOGUE))
    for name, served in files.items():
        if name == "widget/service.js":
            continue
        source = map(str.lstrip, (folder / name).read_text("utf-8").splitlines())
        lines = served.decode().splitlines()
        assert all(line in source for line in lines), name  # in their order
        assert not [line for line in lines if line.startswith(("//", "/*", "*/", " "))], name


def test_modules_import_each_other_one_way_and_nothing_else() -> None:
    folder = HERE / "static" / "widget"
    imports = {
        file.name: re.findall(r'^import .* from "(.*)";$', file.read_text("utf-8"), re.MULTILINE)
        for file in folder.glob("*.js")
    }
    known = {"service.js"}  # made by the server
    while ready := [
        name
        for name, needed in imports.items()
        if name not in known and {f"./{other}" for other in known}.issuperset(needed)
    ]:
        known |= set(ready)
    assert known == {*imports, "service.js"}


@pytest.mark.parametrize(("topic", "asked"), [("driving", True), ("x'>", False), ("", False)])
def test_the_page_of_the_chat_alone_asks_about_a_topic(
    pages: Pages, topic: str, asked: bool
) -> None:
    assert ('data-question="driving"' in pages.full(topic)) is asked
    assert ("data-question" in pages.full(topic)) is asked


def test_the_steps_of_the_preparation_are_those_of_the_answers_with_their_quotes() -> None:
    before, after = preparation(CATALOGUE)
    assert [len(before["steps"]), len(after["steps"])] == [5, 5]
    said = CATALOGUE.render(CATALOGUE.answer("prepare").text).lower()
    text = "\n".join(sheet.read_sections().values())
    for step in before["steps"] + after["steps"]:
        assert step["quotes"]
        assert all(quote in text for quote in step["quotes"])
    assert all(step["text"].lower() in said for step in before["steps"])
    rests = {step["text"]: step["quotes"][0] for step in before["steps"] + after["steps"]}
    assert rests["Soyez à jeun le matin"] == "Soyez à jeun le matin de l’examen."
    assert "conduire" in rests["Ne conduisez pas pendant les 24\u00a0premières heures"]
    # A step is in the calendar for the days that its own quote names.
    for step in before["steps"]:
        assert ("veille" in step["when"]) == ("la veille" in step["quotes"][0])
    assert [part["kind"] for part in after["warning"]] == ["text", "list", "text"]
    assert "de la fièvre" in after["warning"][1]["lines"][0]
    assert str(before["warning"]).count("important") == 1


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("mon père a 39", True),
        ("ma mère peut conduire quand ?", True),
        ("Je suis sa fille, il a mal", True),
        ("c'est pour mon mari", True),
        ("je suis l'aidante de monsieur", True),
        ("papa a 39", True),
        ("Maman a de la fièvre, je fais quoi ?", True),
        ("mon père est tombé, que dois-je faire", True),
        ("j'ai peur, ma mère a du mal à respirer", True),
        ("mon mari ne peut plus bouger les jambes, j'appelle qui ?", True),
        ("je viens avec ma femme à 10h", False),
        ("je vais chez maman après, c'est possible ?", False),
        ("mon mari a des questions, je peux les poser ?", False),
        ("ma fille a la voiture, je peux rentrer avec elle ?", False),
        ("mon mari peut me conduire ?", False),
        ("ma fille peut venir ?", False),
        ("je peux conduire ?", False),
        ("faut-il être accompagné par ma femme ?", False),
        ("j'ai 39", False),
    ],
)
def test_who_asks_for_somebody_else_is_heard(text: str, other: bool) -> None:
    assert for_somebody(text) is other


def test_every_section_has_a_title() -> None:
    titles = section_titles(sheet.read_sections())
    assert titles["7-apres"] == "Fiche, § 7 Après examen"
    assert titles["rayons-x"] == "Fiche, La radiologie utilise des rayons X"
    assert all(title.startswith("Fiche, ") for title in titles.values())


@pytest.mark.parametrize(
    "code",
    [
        "session_missing", "session_invalid", "session_expired", "button_not_offered",
        "body_too_large", "not_json", "malformed", "message_too_long", "too_many_messages",
        "message_empty", "origin_not_allowed",
    ],
)  # fmt: skip
def test_who_wrote_what_is_refused_is_told_the_emergency_numbers_first(code: str) -> None:
    message = Refusal(code, 5, max_characters=1000).message
    said = Wording(code, WEB, "", message, {}, None, (), (), "refusals.py")
    assert check_calls(said, unread=True) == []
