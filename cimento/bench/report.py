"""The figures of a run, and the report made of them: a table and the bars."""

import os
import platform
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from cimento.bench import crowd
from cimento.bench.load import CONNECTIONS, Times

COLUMNS = {"cimento": "Cimento", "bare": "bare Rasa", "diet": "DIET"}


@dataclass(frozen=True)
class Figures:
    """What one column shows: seconds (_s), milliseconds (_ms) or MB of 10^6 bytes (_mb)."""

    training_s: float | None
    start_s: float
    memory_mb: float
    actions_memory_mb: float | None
    parse_p50_ms: float
    parse_p95_ms: float
    turn_p50_ms: float
    turn_p95_ms: float
    together_p50_ms: float
    together_p95_ms: float
    turns_per_s: float
    turn_10_ms: float
    turn_200_ms: float
    silent_turns: int
    parse_worst_ms: float | None = None
    crowd_p50_ms: float | None = None
    crowd_p95_ms: float | None = None
    crowd_errors: int | None = None
    click_p50_ms: float | None = None
    click_p95_ms: float | None = None
    widget_kb: tuple[float, float] | None = None


def figures(training_s: float | None, start_s: float, times: Times) -> Figures:
    """Return the figures of one project; `training_s`: None when it is not trained to its end."""
    return Figures(
        training_s, start_s, times.memory_mb, times.actions_memory_mb,
        *_p50_p95(times.parse), *_p50_p95(times.turn), *_p50_p95(times.turn_together),
        turns_per_s=len(times.turn_together) / times.together_s,
        turn_10_ms=statistics.median(times.early), turn_200_ms=statistics.median(times.late),
        silent_turns=times.silent, parse_worst_ms=max(times.parse_hard),
    )  # fmt: skip


def with_crowd(found: Figures, met: crowd.Crowd) -> Figures:
    """Return `found` with what many people at once met."""
    p50, p95 = _p50_p95(met.turns)
    return replace(found, crowd_p50_ms=p50, crowd_p95_ms=p95, crowd_errors=met.errors)


def with_widget(found: Figures, clicks: list[float], widget_kb: tuple[float, float]) -> Figures:
    """Return `found` with what the browser measured: ms of each click, kB of the widget gzipped
    together and as served."""
    p50, p95 = _p50_p95(clicks)
    return replace(found, click_p50_ms=p50, click_p95_ms=p95, widget_kb=widget_kb)


def _p50_p95(durations: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(durations, n=20, method="inclusive")
    return cuts[9], cuts[18]


def _pair(p50: float | None, p95: float | None) -> str:
    return "—" if p50 is None or p95 is None else f"{p50:.0f} / {p95:.0f}"


_ROWS: list[tuple[str, Callable[[Figures], str]]] = [
    ("Training (s)", lambda f: "—" if f.training_s is None else f"{f.training_s:.0f}"),
    ("Server start to first answer (s)", lambda f: f"{f.start_s:.1f}"),
    ("Memory of the Rasa process, warm (MB)", lambda f: f"{f.memory_mb:.0f}"),
    (
        "Memory of the action server (MB)",
        lambda f: "none" if f.actions_memory_mb is None else f"{f.actions_memory_mb:.0f}",
    ),
    ("NLU parse, p50 / p95 (ms)", lambda f: f"{f.parse_p50_ms:.1f} / {f.parse_p95_ms:.1f}"),
    (
        "NLU parse of 1,000 characters made to take long, the worst (ms)",
        lambda f: "—" if f.parse_worst_ms is None else f"{f.parse_worst_ms:.0f}",
    ),
    (
        "REST turn at 1 connection, p50 / p95 (ms)",
        lambda f: f"{f.turn_p50_ms:.1f} / {f.turn_p95_ms:.1f}",
    ),
    (
        f"REST turn at {CONNECTIONS} connections, p50 / p95 (ms)",
        lambda f: f"{f.together_p50_ms:.0f} / {f.together_p95_ms:.0f}",
    ),
    (f"Turns per second at {CONNECTIONS} connections", lambda f: f"{f.turns_per_s:.1f}"),
    (
        "Turn 10 → turn 200 of one conversation (ms)",
        lambda f: f"{f.turn_10_ms:.1f} → {f.turn_200_ms:.1f} "
        f"(× {f.turn_200_ms / f.turn_10_ms:.2f})",
    ),
    ("Turns left without an answer", lambda f: f"{f.silent_turns}"),
    (
        f"{crowd.SESSIONS} people at once, a turn, p50 / p95 (ms)",
        lambda f: _pair(f.crowd_p50_ms, f.crowd_p95_ms),
    ),
    (
        f"{crowd.SESSIONS} people at once, failed turns of {crowd.SESSIONS * crowd.MESSAGES}",
        lambda f: "—" if f.crowd_errors is None else f"{f.crowd_errors}",
    ),
    (
        "Chat in Chromium, click to painted answer, p50 / p95 (ms)",
        lambda f: _pair(f.click_p50_ms, f.click_p95_ms),
    ),
    (
        "Chat widget, script and style, gzipped together / as served, file by file (kB)",
        lambda f: "—" if f.widget_kb is None else "{:.1f} / {:.1f}".format(*f.widget_kb),
    ),
]


def table(columns: Mapping[str, Figures]) -> str:
    """Return the Markdown table; a project without figures gets dashes."""
    lines = [
        "| | " + " | ".join(COLUMNS.values()) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    for label, show in _ROWS:
        cells = (show(columns[name]) if name in columns else "—" for name in COLUMNS)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def bars(columns: Mapping[str, Figures]) -> str:
    """Return one line for each bar: whether it holds, and by how much."""
    own, bare, diet = (columns[name] for name in COLUMNS)
    lines = [
        _bar("NLU parse p50 ≤ 6 ms", own.parse_p50_ms, 6),
        _bar("NLU parse p95 ≤ 12 ms", own.parse_p95_ms, 12),
        _bar("NLU parse p50 ≤ DIET's", own.parse_p50_ms / diet.parse_p50_ms, 1),
        _bar("NLU parse of 1,000 characters ≤ 50 ms", own.parse_worst_ms or 0.0, 50),
        _bar("Turn p50 at 1 connection ≤ 1.5 × bare Rasa", own.turn_p50_ms / bare.turn_p50_ms, 1.5),
        _bar("Click to painted answer p50 ≤ 90 ms", own.click_p50_ms or 0.0, 90),
        _bar("Training ≤ 180 s", own.training_s or 0.0, 180),
        _bar("Turn 200 ≤ 1.3 × turn 10", own.turn_200_ms / own.turn_10_ms, 1.3),
    ]
    return "\n".join(lines)


def _bar(label: str, value: float, limit: float) -> str:
    return f"- {'holds' if value <= limit else 'MISSED'}: {label}; measured {value:.3g}"


def machine() -> str:
    """Return the processor and the versions that the figures depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, Rasa {version('rasa')}"
    )
