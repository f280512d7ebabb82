"""Read protocol.yml: the steps of a follow-up, and the proof that they rest on the sheet."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cimento.answers import grounding, sheet
from cimento.answers.calls import check_calls
from cimento.answers.catalogue import SMS, Catalogue, Wording, load_catalogue
from cimento.answers.facts import check_faithful, read_facts
from cimento.followup.models import Kind
from cimento.followup.schedule import CLOSES, OPENS, Moment, Window, window
from cimento.nlu.text import fold
from cimento.settings.paths import ROOT

FILE = Path(__file__).with_name("protocol.yml")
REMINDER = "reminder"
_HOME = "{home}"
# On a phone of two, who reads may not be the one who came home: nothing is ordered to them instead.
_TO_THE_PATIENT = re.compile(
    r"\b(?:conduisez|allongez|restez|limitez|avez-vous|ressentez|votre medecin)\b|\w\(e\)"
)
_SIGNS = "Appelez immédiatement votre médecin"  # how the sheet begins to name them


class ProtocolError(Exception):
    """protocol.yml cannot be served; the message says what is wrong in it."""


@dataclass(frozen=True)
class Step:
    """One SMS of the protocol. Its texts still have the places of the service's number; `shared`
    is said on a phone of two patients, and tells which one by when they came home."""

    id: str
    title: str  # for the care team
    kind: Kind
    moment: Moment
    valid_for: timedelta
    text: str
    shared: str
    quotes: tuple[str, ...]
    policy: tuple[str, ...]

    def wordings(self) -> list[Wording]:
        """Return the texts as wordings of the catalogue, so that the same checks apply."""
        longest = self.shared.replace(_HOME, "le JJ à HHh")
        return [self._wording(self.id, self.text), self._wording(f"{self.id}.shared", longest)]

    def _wording(self, name: str, text: str) -> Wording:
        custom = {"topic": self.id, "section": None, "escalation": "none"}
        source = {"quotes": self.quotes, "policy": self.policy, "file": FILE.name}
        return Wording(
            name,
            SMS,
            "",
            text,
            custom,
            None,
            **source,  # type: ignore[arg-type]
        )


@dataclass(frozen=True)
class Protocol:
    """The steps, and the reminder of a check-in without answer.

    `catalogue`: where the service's number in their texts comes from.
    """

    steps: tuple[Step, ...]
    reminder: Step
    catalogue: Catalogue

    def windows(self, act_at: datetime | None, discharge_at: datetime) -> dict[str, Window]:
        """Return {step id: when it is due}; steps before an act of unknown date are left out."""
        anchors = {"act": act_at, "discharge": discharge_at}
        return {
            step.id: window(step.moment, anchor, step.valid_for)
            for step in self.steps
            if (anchor := anchors[step.moment.anchor]) is not None
        }

    def wordings(self) -> list[Wording]:
        """Return the steps and the reminder as wordings of the catalogue."""
        return [wording for step in self._all for wording in step.wordings()]

    @property
    def _all(self) -> tuple[Step, ...]:
        return (*self.steps, self.reminder)

    def step(self, step_id: str) -> Step:
        """Return the step of a delivery."""
        # "day_1.reminder" is the reminder of the step day_1, "day_1.moved-7" of another date.
        name = REMINDER if step_id.endswith(f".{REMINDER}") else step_id.partition(".")[0]
        (step,) = (step for step in self._all if step.id == name)
        return step

    def text(self, step_id: str, home: str = "") -> str:
        """Return the SMS of a step, with the service's number.

        `home`: of two patients on one phone, when the one it is about came home: "le 24".
        """
        step = self.step(step_id)
        own = step.shared.replace(_HOME, home) if home else step.text
        return self.catalogue.render(own)


def _moment(entry: dict[str, Any]) -> Moment:
    at = time.fromisoformat(entry["at"]) if "at" in entry else None
    if at and not OPENS <= at < CLOSES:
        raise ValueError(f"{entry['at']} is not an hour at which SMS are sent")
    if entry["anchor"] not in ("act", "discharge"):
        raise ValueError(f"no anchor {entry['anchor']!r}")
    return Moment(entry["anchor"], entry.get("days", 0), at, entry.get("hours", 0))


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        id=entry["id"],
        title=entry["title"],
        kind=Kind(entry["kind"]),
        moment=_moment(entry["moment"]),
        valid_for=timedelta(hours=entry["valid_for"]),
        text=entry["text"],
        shared=entry["shared"],
        quotes=tuple(entry["quotes"]),
        policy=tuple(entry["policy"]),
    )


def _read(file: Path, catalogue: Catalogue) -> Protocol:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        steps = tuple(_step(entry) for entry in content["steps"])
        silent = content["reminder"]
        moment = {"anchor": "discharge", "hours": silent["after"]}
        reminder = _step({**silent, "id": REMINDER, "kind": Kind.REMINDER, "moment": moment})
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"{file.name}: {error!r}") from error
    return Protocol(steps, reminder, catalogue)


def problems(protocol: Protocol) -> list[str]:
    """Return what is wrong with the texts, one line each: the checks of every answer.

    Raises sheet.SourceError when the sheet or the policy cannot be read.
    """
    source, policy = sheet.read_text(ROOT, sheet.SHEET), sheet.read_policy()
    facts = read_facts()
    found = []
    for wording in protocol.wordings():
        found += grounding.check_sources(wording, source, policy)
        found += grounding.check_form(wording, protocol.catalogue, set())
        # Who is asked for the signs of an alarm, or told them, may have one.
        about_signs = any(_SIGNS in quote for quote in wording.quotes)
        found += check_calls(wording, unread=about_signs) + check_faithful(wording, facts)
        if "assistant automatique" not in wording.text or "STOP" not in wording.text:
            found.append(f"{wording.response}: must say that it is automatic and that STOP stops")
    for step in (*protocol.steps, protocol.reminder):
        if _HOME in step.shared and (said := _TO_THE_PATIENT.search(fold(step.shared))):
            found.append(f"{step.id}.shared: {said[0]!r} takes who reads for the patient")
    return found


@lru_cache(maxsize=1)
def read_protocol() -> Protocol:
    """Return the protocol, proved to rest on the sheet. Raises ProtocolError, SourceError."""
    protocol = _read(FILE, load_catalogue())
    if found := problems(protocol):
        raise ProtocolError("Some follow-up SMS cannot be sent:\n- " + "\n- ".join(found))
    return protocol
