"""The chat, the sheet's page and the team's pages look alike.

Each has its own style sheet: the chat's stands in a shadow root and is themed by the hospital's site,
the team's is served by another process. What they share is their colours, held together here.
"""

import re
from itertools import combinations

import pytest

from cimento.settings.paths import ROOT

SHEETS = {
    name: (ROOT / "cimento" / name).read_text(encoding="utf-8")
    for name in (
        "channels/chat/static/cimento-chat.css",
        "channels/chat/static/page.css",
        "team/static/team.css",
    )
}
_COLOUR = re.compile(r"--([\w-]+): (?:var\(--[\w-]+, )?(#\w+)\)?;")


def colours(css: str) -> list[dict[str, str]]:
    """Return {name: colour} in the light, then in the dark."""
    light, _, dark = css.partition("prefers-color-scheme: dark")
    return [
        dict(_COLOUR.findall(part.partition("\n  }\n" if n else "\n}\n")[0]))
        for n, part in enumerate((light, dark))
    ]


@pytest.mark.parametrize(("one", "other"), list(combinations(SHEETS, 2)))
def test_a_colour_of_one_name_is_one_colour(one: str, other: str) -> None:
    for mine, theirs in zip(colours(SHEETS[one]), colours(SHEETS[other]), strict=True):
        shared = mine.keys() & theirs.keys()
        assert len(shared) >= 6
        assert {name: mine[name] for name in shared} == {name: theirs[name] for name in shared}
