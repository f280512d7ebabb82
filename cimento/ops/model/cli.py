"""`cimento model …`: what is typed, and what is printed."""

from pathlib import Path
from typing import Annotated

import typer

from cimento.ops.train import MODEL, state
from cimento.settings.paths import ROOT

app = typer.Typer(help="The trained model: examine, pack, install, go back.", no_args_is_help=True)

_THEN = "Restart the servers, one after the other, to use it: docs/install.md"


@app.command()
def show() -> None:
    """Say which model is in place, and its figures."""
    from cimento.ops.model.artefact import read_record

    record = read_record(ROOT / MODEL.parent)
    print(f"state    {state()}")
    for name in ("model", "sources"):
        print(f"{name:8} {record.get(name, 'unknown')}")
    for name, figure in record.get("figures", {}).items():
        print(f"{name:15} {figure}")


@app.command()
def exam() -> None:
    """Read the held-out lines with the model in place, and record its figures."""
    from cimento.ops.model.artefact import add_figures, check
    from cimento.ops.model.exam import examine
    from cimento.ops.model.reading import reader

    check(ROOT / MODEL.parent)
    add_figures(examine(reader(ROOT / MODEL)))
    show()


@app.command()
def pack(file: Annotated[Path, typer.Argument(help="A new file")]) -> None:
    """Write the model in place, its digests and its figures into one file."""
    from cimento.ops.model import artefact

    artefact.pack(file)
    print(f"Written: {file}")


@app.command()
def install(file: Annotated[Path, typer.Argument(help="What `cimento model pack` wrote")]) -> None:
    """Try a model on the canary set, then put it in place; the one before is kept."""
    from cimento.ops.model.install import install

    install(file)
    show()
    print(_THEN)


@app.command()
def rollback() -> None:
    """Put the model before this one back."""
    from cimento.ops.model.install import rollback

    rollback()
    show()
    print(_THEN)
