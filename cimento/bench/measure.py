"""Measure this project beside the baselines: `cimento bench`. Prints the report, and writes it to
docs/bench.md."""

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


def run(fresh: bool) -> dict[str, report.Figures]:
    """Train (or take from var/bench), serve and measure the projects. Raises BenchError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        projects = [
            cimento(folder, free_port()),
            *(baseline(name, folder / name) for name in PIPELINES),
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
                None if server.name == "diet" else models[server.name].training_s,
                server.start_s,
                times[server.name],
            )
            for server in servers
        }
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
            weights = browser.weights_kb()
            columns[server.name] = report.with_widget(columns[server.name], clicks, weights)


def measure(fresh: bool = False) -> None:
    """Measure and print the report; `fresh`: train again.

    Raises BenchError when it cannot be done.
    """
    # Leave as on Ctrl-C, so that the servers are stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("\nThe benchmark was told to stop."))
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    busy = os.getloadavg()[0]
    print(page.write(run(fresh), followups.measure(), date, busy))
