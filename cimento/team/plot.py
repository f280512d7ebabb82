"""Small plots by week, made on the server: what their template needs to draw them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, _GAP = 240, 80, 4  # of the drawing, without the words below


@dataclass(frozen=True)
class Bar:
    """One week's bar, in the drawing's units; its words."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class Plot:
    """Values by week, the last one the present week; None where there is none. `unit`: "%", of
    which the scale goes to a hundred, or what stands after the numbers."""

    title: str
    unit: str
    mondays: list[date]
    values: list[float | None]

    @property
    def last(self) -> str:
        """The value of the present week, in words."""
        return self._said(self.values[-1])

    def bars(self) -> Iterator[Bar]:
        """Yield the bars, from the first week on."""
        step = WIDTH / len(self.values)
        known = [value for value in self.values if value is not None]
        most = 100.0 if self.unit == "%" else max([1.0, *known])
        for n, (monday, value) in enumerate(zip(self.mondays, self.values, strict=True)):
            height = HEIGHT * (value or 0) / most
            said = f"semaine du {monday:%d/%m} : {self._said(value)}"
            yield Bar(n * step + _GAP / 2, HEIGHT - height, step - _GAP, height, said)

    def _said(self, value: float | None) -> str:
        if value is None:
            return "pas de donnée"
        return f"{round(value)}\u00a0{self.unit}".strip()
