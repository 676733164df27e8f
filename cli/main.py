"""The kalends command: what it offers, and how it speaks when something goes wrong (one line)."""

import sys
from types import TracebackType
from typing import Annotated

import typer
from typer.main import get_command

from cli.commands import (
    create_operator,
    demo,
    export_schema,
    migrate,
    sandbox,
    serve,
    verify_ledger,
    work,
)

OURS = ("api", "cli", "domain", "migrations", "sandbox", "workers")

app = typer.Typer(name="kalends", add_completion=False, rich_markup_mode=None)
app.command("serve")(serve.command)
app.command("work")(work.command)
app.command("demo")(demo.command)
app.command("migrate")(migrate.command)
app.command("sandbox")(sandbox.command)
app.command("create-operator")(create_operator.command)
app.command("verify-ledger")(verify_ledger.command)
app.command("export-schema")(export_schema.command)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback when something fails.")] = False,
) -> None:
    """Kalends, the backend of a peer-to-peer lending marketplace.

    Settings come from the environment and from a .env file: DATABASE_URL, REDIS_URL and names that begin with KALENDS_.
    Where no database is named, the servers are used that `kalends demo` or `kalends serve --embedded` runs for you.
    """
    if debug:
        sys.excepthook = sys.__excepthook__


def main() -> None:
    """Run the command line; exits with 0, 1 (it failed), 2 (it was called wrongly) or 130 (it was interrupted)."""
    sys.excepthook = say_in_one_line
    try:
        sys.exit(get_command(app).main(sys.argv[1:] or ["--help"], prog_name="kalends", standalone_mode=False))
    except typer.TyperException as error:
        print(f"kalends: {one_line(error.format_message())}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)


def say_in_one_line(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """What a person sees of an exception that nobody caught; Python then exits with 1."""
    text = one_line(str(error))
    if kind.__module__.partition(".")[0] in OURS:
        print(f"kalends: {text}", file=sys.stderr)
    else:
        # Of a library's exception the kind is half of what it says.
        print(
            f"kalends: {f'{kind.__name__}: {text}'.removesuffix(': ')} (kalends --debug shows where)", file=sys.stderr
        )


def one_line(text: str) -> str:
    """A message without its line breaks, at most 400 characters."""
    words = " ".join(text.split())
    return words if len(words) <= 400 else words[:399] + "…"


if __name__ == "__main__":
    main()
