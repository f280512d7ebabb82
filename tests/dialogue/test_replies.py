"""Replies to a check-in, by authors who had seen nothing of the project, stay as well read as now.

Their first reading, the honest one, is in docs/conversations.md; the bars, a point or two under the
figures reached, only keep it from being lost.
"""

import json
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cimento.followup.outcome import Outcome, decide
from cimento.sms import optout
from tests.servers import AT_ONCE, Assistant, custom_of

ROUNDS = Path(__file__).with_name("rounds")
REPLIES_RIGHT = 0.89
NEEDLESS_ALARMS = 0.04  # of the replies that tell no sign
ALARMS_MISSED = 0.04
# What a reply may be taken for: nobody is asked twice when it is already answered.
OUTCOMES = {
    "ok": {Outcome.NO_SIGN},
    "medecin": {Outcome.SIGN},
    "urgence": {Outcome.SIGN},
    "unclear": {Outcome.UNRESOLVED, Outcome.WRONG_PERSON, Outcome.QUESTION},
    "question": {Outcome.QUESTION},
    "optout": {Outcome.STOP},
}


def outcome(assistant: Assistant, text: str) -> tuple[Outcome, str]:
    """Return what `text` says to a check-in just opened, and the level it escalates to."""
    if optout.read(text) == "stop":
        return Outcome.STOP, "none"
    sender = uuid.uuid4().hex
    assistant.say("/start_check_in", sender)
    custom = custom_of(assistant.say(text, sender))
    topics = {custom["topic"], *(other["topic"] for other in custom.get("also", []))}
    return decide(None, topics, custom["escalation"]), custom["escalation"]


def test_replies(assistant: Assistant) -> None:
    files = sorted(ROUNDS.glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    replies = [json.loads(line) for line in lines]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = [*pool.map(lambda reply: outcome(assistant, reply["text"]), replies)]
    wrong, count = [], Counter[str]()
    for reply, (found, level) in zip(replies, outcomes, strict=True):
        is_alarm = reply["outcome"] in ("medecin", "urgence")
        count["alarms" if is_alarm else "others"] += 1
        count["missed"] += is_alarm and level not in ("medecin", "urgence")
        count["needless"] += not is_alarm and level in ("medecin", "urgence")
        if found not in OUTCOMES[reply["outcome"]]:
            wrong.append((reply["outcome"], found.value, reply["text"]))
    total = count["alarms"] + count["others"]
    assert 1 - len(wrong) / total >= REPLIES_RIGHT, wrong
    assert count["missed"] / count["alarms"] <= ALARMS_MISSED, wrong
    assert count["needless"] / count["others"] <= NEEDLESS_ALARMS, wrong
