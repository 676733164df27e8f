"""kalends demo"""

from typing import Annotated

import typer


def command(
    once: Annotated[bool, typer.Option("--once", help="End after the results instead of serving on.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh/--continue", help="Start with empty books, or go on.")] = False,
    applications: Annotated[
        int, typer.Option(help="How many of the real applications to take; 0: an empty market.", min=0, max=1000)
    ] = 1000,
    months: Annotated[int, typer.Option(help="How many months to move the clock through.", min=0, max=36)] = 12,
    port: Annotated[int, typer.Option(help="The port to serve the API on.", min=1, max=65535)] = 8000,
) -> None:
    """Take real loan applications through their whole life.

    Starts everything that is needed, plays borrowers, lenders and operators over the API, moves the clock, shows what
    came of it all, and then serves until it is interrupted.
    """
    from cli.demo import run

    run(once=once, fresh=fresh, applications=applications, months=months, port=port)
