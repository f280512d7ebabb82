"""The alert rules fire when they should, and ask for figures that there are; so does the dashboard."""

import json
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from cimento.monitoring import stored
from cimento.monitoring.metrics import exposition
from cimento.monitoring.turns import CHANNELS, OUTCOMES
from cimento.settings.paths import ROOT
from cimento.store.database import open_database
from tests.debian import require
from tests.monitoring.test_readyz import GREEN
from tests.servers import PATIENCE

PROMETHEUS = ROOT / "deploy/prometheus"
DASHBOARD = ROOT / "deploy/grafana/cimento.json"


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    require("prometheus", "promtool")
    return subprocess.run(
        ["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=PATIENCE
    )


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((PROMETHEUS / "rules.yml").read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def queries() -> list[str]:
    """Return all that the rules and the dashboard ask of Prometheus."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    shown = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    return [rule["expr"] for rule in rules()] + shown


@pytest.mark.usefixtures("programs")
def test_every_rule_fires_when_it_should_and_not_before() -> None:
    ran = promtool("test", "rules", "rules_test.yml")
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.usefixtures("programs")
def test_the_dashboard_asks_what_prometheus_understands(tmp_path: Path) -> None:
    asked = [{"record": "a", "expr": query} for query in queries()]
    file = tmp_path / "asked.yml"
    file.write_text(
        json.dumps({"groups": [{"name": str(n), "rules": [r]} for n, r in enumerate(asked)]})
    )
    ran = promtool("check", "rules", str(file))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_rule_is_tested_firing_and_quiet() -> None:
    told = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text(encoding="utf-8"))
    cases = [case for test in told["tests"] for case in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == names


def test_only_figures_that_there_are_are_asked_for(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/followup.db")
    now = datetime(2027, 3, 9, 11, tzinfo=timezone.utc)
    page = exposition({"disk": None}, stored.families(database, now)).decode()
    families = list(text_string_to_metric_families(page))
    # Of a refusal there is nothing before the first.
    there = {sample.name for family in families for sample in family.samples}
    there |= {"cimento_refused_total"}
    asked = {name for query in queries() for name in re.findall(r"(?:cimento|process)_\w+", query)}
    assert asked <= there


def test_what_they_choose_by_is_a_value_that_there_is() -> None:
    known = {"part": set(GREEN), "outcome": set(OUTCOMES), "channel": set(CHANNELS)}
    chosen = re.findall(r'(part|outcome|channel)=~?"([^"]+)"', " ".join(queries()))
    assert chosen
    for label, values in chosen:
        assert set(values.split("|")) <= known[label]
    parts = [set(values.split("|")) for label, values in chosen if label == "part"]
    assert set.union(*parts) == set(GREEN)  # none is broken unheard


def test_the_page_tells_what_each_part_is() -> None:
    """What to do about each part and each alert: tests/deploy/test_astreinte.py."""
    page = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert told == set(GREEN)


def test_who_is_woken_up_is_told_in_french_too() -> None:
    waking = [rule for rule in rules() if rule["labels"]["severity"] == "page"]
    for rule in waking:
        assert rule["annotations"].get("summary_fr"), rule["alert"]
