"""`cimento backup`, `restore` and `drill`: what is typed, and what is printed."""

from pathlib import Path
from typing import Annotated

import typer

from cimento.ops.backup import restore as restoring
from cimento.ops.backup.restore import Found
from cimento.ops.backup.take import Copied, take
from cimento.settings.every import check_all

app = typer.Typer()


def _show(stores: dict[str, Copied]) -> None:
    for name, copied in stores.items():
        rows = sum(count for count, _ in copied.tables.values())
        print(f"{name:14} {copied.kind:10} {len(copied.tables):3} tables {rows:9} rows")


def _show_found(found: Found) -> None:
    _show(found.manifest.stores)
    print(f"The copy of {found.manifest.made}: rows and digests of every table are equal.")
    print("A number was decrypted." if found.number else "It holds no number to decrypt.")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, best on another machine")],
    recipient: Annotated[
        str | None, typer.Option(help="Public key (age, gpg) that the secret is encrypted to")
    ] = None,
) -> None:
    """Copy all that is kept, while it is used."""
    check_all()
    _show(take(folder, recipient))
    print(f"Written: {folder}")
    if not recipient:
        print("The secret is not in it: keep it apart. Without it the copy cannot be read.")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="What `cimento backup` wrote")],
    secret_file: Annotated[
        typer.FileText | None, typer.Option(help="The secret that was kept apart; - to be piped")
    ] = None,
) -> None:
    """Put a copy back into an empty installation, and compare."""
    check_all()
    secret = secret_file.read().strip() if secret_file else None
    _show_found(restoring.restore(folder, secret))


@app.command()
def drill(
    folder: Annotated[
        Path | None, typer.Argument(help="What `cimento backup` wrote; by default one made now")
    ] = None,
) -> None:
    """Prove that a copy can be put back, in a place of its own, touching nothing in use."""
    check_all()
    _show_found(restoring.drill(folder))
