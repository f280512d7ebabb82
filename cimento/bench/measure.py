"""Measure: `cimento bench`, `--diet` for DIET.

Prints the report; `docs/bench.md` gets it too, `docs/bench-diet.json` the figures of
DIET, whose training takes too long for every run.
"""

import asyncio
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

from cimento.bench import browser, crowd, followups, load, page, report
from cimento.bench.models import model_of
from cimento.bench.processes import progress
from cimento.bench.projects import PIPELINES, baseline, cimento
from cimento.bench.servers import Server, serving
from cimento.ops.processes import free_port


def run(names: list[str], fresh: bool) -> dict[str, report.Figures]:
    """Train (or take from var/bench), serve and measure the projects. Raises BenchError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        projects = [
            baseline(name, folder / name) if name in PIPELINES else cimento(folder, free_port())
            for name in names
        ]
        # All are trained before any is served: training would slow down what is measured.
        models = {project.name: model_of(project, fresh) for project in projects}
        servers = [
            stack.enter_context(serving(project, models[project.name].archive))
            for project in projects
        ]
        times = asyncio.run(load.measure(servers))
        columns = {
            server.name: report.figures(
                models[server.name].training_s, server.start_s, times[server.name]
            )
            for server in servers
        }
        if "cimento" in columns:
            asyncio.run(_measure_chat(servers, columns))
    return columns


async def _measure_chat(servers: list[Server], columns: dict[str, report.Figures]) -> None:
    """Add to `columns` what a crowd and a browser meet: the chat here, REST elsewhere."""
    asked = load.questions()
    for server in servers:
        progress(f"{crowd.SESSIONS} people at once: {server.name}")
        by_chat = server.name == "cimento"
        met = await crowd.gather(server, asked, by_chat)
        columns[server.name] = report.with_crowd(columns[server.name], met)
        if by_chat:
            clicks = await browser.click_to_answer(server)
            kb = browser.weight_kb()
            columns[server.name] = report.with_widget(columns[server.name], clicks, kb)


def measure(diet: bool = False, fresh: bool = False) -> None:
    """Measure and print the report; `diet`: that pipeline alone; `fresh`: train again.

    Raises BenchError when it cannot be done.
    """
    # Leave as on Ctrl-C, so that the servers are stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("\nThe benchmark was told to stop."))
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    busy = os.getloadavg()[0]
    if diet:
        columns = run(["diet"], fresh)
        report.save_diet(columns["diet"], date)
        print(report.table(columns))
    else:
        columns = run(["cimento", "bare"], fresh)
        print(page.write(columns, followups.measure(), date, busy))
