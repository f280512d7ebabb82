"""Approvals: an answer that changed loses its own, the start says so or is refused."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cimento.answers.approvals import (
    APPROVALS,
    Approval,
    by_answer,
    read_approvals,
    state,
    unapproved,
    version,
)
from cimento.answers.catalogue import SMS, WEB, Wording
from cimento.answers.sheet import SourceError
from cimento.ops import content
from cimento.ops.preflight import StartError, check_approvals
from cimento.settings.answers import AnswerSettings
from cimento.settings.paths import ROOT

WORDINGS = [
    Wording("utter_x", channel, "", text, {}, None, (), (), "x.yml")
    for channel, text in ((WEB, "Restez ici."), (SMS, "Restez."))
]
EASY = replace(WORDINGS[0], response="utter_x/easy", text="Ne bougez pas.")


def test_an_answer_is_all_its_wordings() -> None:
    assert by_answer([EASY, *WORDINGS]) == {"utter_x": [*WORDINGS, EASY]}
    assert version([*WORDINGS, EASY]) == version([EASY, *WORDINGS])
    assert len({version(WORDINGS), version([*WORDINGS, EASY]), version(WORDINGS[:1])}) == 3


def test_a_changed_wording_loses_its_approval() -> None:
    approvals = {"utter_x": Approval(version(WORDINGS), "Radiologue", date(2026, 12, 31))}
    assert unapproved(WORDINGS, approvals) == []
    assert state("utter_x", WORDINGS, approvals) == "Radiologue, le 31/12/2026"
    changed = [WORDINGS[0], replace(WORDINGS[1], text="Restez là.")]
    assert state("utter_x", changed, approvals) == ""
    (line,) = unapproved(changed, approvals)
    assert line == "utter_x: changed since Radiologue approved it on 2026-12-31"


def test_what_was_never_approved_or_is_no_more_is_named() -> None:
    (line,) = unapproved(WORDINGS, {})
    assert line == "utter_x: not approved yet"
    (line,) = unapproved([], {"utter_y": Approval("0", "Radiologue", date(2026, 12, 31))})
    assert "there is no answer 'utter_y'" in line


@pytest.mark.parametrize("text", ["utter_x: {by: me}", "utter_x", "utter_x: {version: 1, by: me, on: soon}"])  # fmt: skip
def test_a_malformed_approval_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "sheet").mkdir()
    (tmp_path / APPROVALS).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"approvals\.yml"):
        read_approvals(tmp_path)


def test_the_start_says_what_is_not_approved_or_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cimento.ops.preflight.read_approvals", dict)
    check_approvals(AnswerSettings())
    assert "answers are not approved" in capsys.readouterr().out
    with pytest.raises(StartError, match="utter_driving: not approved yet"):
        check_approvals(AnswerSettings(require_approved=True))
    day = date(2026, 12, 31)
    all_of_them = {
        name: Approval(version(said), "Radiologue", day)
        for name, said in by_answer(content.told()).items()
    }
    monkeypatch.setattr("cimento.ops.preflight.read_approvals", lambda: all_of_them)
    check_approvals(AnswerSettings(require_approved=True))
    assert capsys.readouterr().out == ""


def test_the_documented_content_is_todays() -> None:
    """`cimento content > docs/content.md` after a change of an answer."""
    assert (ROOT / "docs/content.md").read_text(encoding="utf-8") == content.document() + "\n"


def test_the_booklet_has_every_answer_with_its_version() -> None:
    html = content.booklet()
    for name, said in by_answer(content.told()).items():
        assert f"{name}, version {version(said)}" in html


def test_without_chromium_the_booklet_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(content.ContentError, match="apt-get install chromium"):
        content.make_booklet(tmp_path)
    assert (tmp_path / content.BOOKLET.with_suffix(".html")).exists()
