"""Everything that /metrics shows, as text for Prometheus."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from cimento.monitoring.turns import COUNTED

ProcessCollector(registry=COUNTED)


class _Given:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus_client."""
        return self._families


def exposition(wrong: Mapping[str, str | None], stored: Iterable[Metric]) -> bytes:
    """Return the page of /metrics. `wrong`: what Readiness says; `stored`: see stored.families,
    nothing while the database is away."""
    parts = GaugeMetricFamily(
        "cimento_part_up", "Whether a part works (1) or /readyz is red for it (0)", labels=["part"]
    )
    for part, said in wrong.items():
        parts.add_metric([part], 0 if said else 1)
    now = CollectorRegistry()
    now.register(_Given([parts, *stored]))
    return generate_latest(COUNTED) + generate_latest(now)
