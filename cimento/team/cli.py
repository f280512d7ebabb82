"""`cimento followup api` and `cimento followup user …`: the pages and who logs in to them."""

import sys
from typing import Annotated

import typer

from cimento.followup.cli import conversations, require_token
from cimento.followup.cli_input import open_stored
from cimento.followup.clock import utc_now
from cimento.followup.protocol import read_protocol
from cimento.settings.followup import FollowUpSettings
from cimento.settings.login import LoginSettings
from cimento.team import accounts
from cimento.team.roles import Role

app = typer.Typer()
user = typer.Typer(help="Accounts of the care team's pages.", no_args_is_help=True)
app.add_typer(user, name="user")

Login = Annotated[str, typer.Argument(help="What they type: cdurand")]


@app.command("api")
def run_api() -> None:
    """Serve the care team's pages and the HTTP API."""
    import uvicorn  # FastAPI and uvicorn take a second that other commands need not wait

    from cimento.followup.api import make_api
    from cimento.followup.gate import LIMITS
    from cimento.team.app import add_team
    from cimento.team.directory import open_directory

    token, settings = require_token(), FollowUpSettings.read()
    stored, kept, protocol = open_stored(), conversations(), read_protocol()
    api = make_api(stored, kept, protocol, token)
    add_team(api, stored, kept, protocol, directory=open_directory())
    uvicorn.run(api, host=settings.api_host, port=settings.api_port, access_log=False, **LIMITS)


@user.command("add")
def add_user(
    login: Login,
    name: Annotated[str, typer.Option(help="What alerts and the trail show: Claire Durand")],
    role: Annotated[Role, typer.Option(help="What they may do")] = Role.NURSE,
    password: Annotated[
        typer.FileText, typer.Option(help="A file that holds the password; - asks")
    ] = "-",  # type: ignore[assignment]
) -> None:
    """Make an account, or give it another name, role and password; logged out everywhere."""
    if password is sys.stdin and password.isatty():
        secret = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        secret = password.readline().rstrip("\r\n")
    accounts.add(open_stored(), login, name, role, secret, utc_now())
    if LoginSettings.read().login == "oidc":
        print("CIMENTO_LOGIN=oidc: accounts open nothing while it is not local.", file=sys.stderr)
    print(f"{login}: {name}, {role.value}.")


@user.command("remove")
def remove_user(login: Login) -> None:
    """Remove an account, logged out everywhere."""
    if not accounts.remove(open_stored(), login, utc_now()):
        print(f"There is no account {login}.", file=sys.stderr)
        raise typer.Exit(1)


@user.command("list")
def list_users() -> None:
    """List the accounts."""
    for account in accounts.read(open_stored()):
        print(f"{account.login:20} {account.role:14} {account.name}")
