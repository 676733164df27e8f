"""kalends create-operator"""

import getpass
import sys
from typing import Annotated

import typer

from cli.environment import load_settings


def command(
    email: Annotated[str, typer.Argument(help="The operator's e-mail address.")],
    name: Annotated[str, typer.Option(help="The operator's name, as colleagues see it.")] = "Operator",
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help="REVIEW, COLLECT, FINANCE or CLOCK; may be repeated (all).")
    ] = None,
) -> None:
    """Create an operator.

    Operators review loans and look into cases; the first one comes from here. The password is asked for, or read from
    standard input when that is not a terminal.
    """
    import asyncio

    identifier = asyncio.run(_create(email, name, scopes))
    print(f"Created the operator {email} ({identifier}).")


def _password() -> str:
    """The password, never an argument: arguments can be seen by every user of the machine."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise typer.BadParameter("the two passwords differ")
    return password


async def _create(email: str, name: str, scopes: list[str] | None) -> str:
    from domain.identity.commands import create_operator
    from domain.identity.models import OperatorScope
    from domain.shared import db

    settings = load_settings()
    unknown = set(scopes or ()) - set(OperatorScope)
    if unknown:
        raise typer.BadParameter(f"there is no scope {', '.join(sorted(unknown))}")
    granted = [OperatorScope(scope) for scope in scopes] if scopes else list(OperatorScope)
    password = _password()
    await db.connect(settings.database_url.get_secret_value(), pool_size=2)
    try:
        return str(await create_operator(email=email, password=password, name=name, scopes=granted))
    finally:
        await db.disconnect()
