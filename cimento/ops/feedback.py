"""Print how many patients an answer helped, topic by topic: `cimento feedback`."""

from collections.abc import Sequence

from cimento.store.conversations import open_conversations

_WHY = {
    "off": "not the question",
    "hard": "too hard",
    "partial": "not all of it",
    "other": "something else",
}


def table(
    judgements: list[tuple[str, int, int]], reasons: Sequence[tuple[str, str, int]] = ()
) -> str:
    """Return lines of topic, helped, did not help, why not; says so when nobody judged anything."""
    if not judgements:
        return "No answer has been judged yet."
    lines = [f"{'topic':<24}{'helped':>8}{'did not':>9}  why not"]
    for topic, yes, no in judgements:
        why = ", ".join(f"{_WHY[name]} {n}" for about, name, n in reasons if about == topic)
        lines.append(f"{topic:<24}{yes:>8}{no:>9}  {why}".rstrip())
    return "\n".join(lines)


def show() -> None:
    """Read what was judged in the conversations of the settings, and print the table."""
    asked = open_conversations().asked
    print(table(asked.judgements(), asked.reasons()))
