"""kalends export-schema"""

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

DIFFERENCES_SHOWN = 40


def command(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when the file differs.")] = False,
    output: Annotated[Path, typer.Option(help="The file to write or to compare with; - prints.")] = Path(
        "schema.graphql"
    ),
) -> None:
    """Write or check schema.graphql.

    Fails, showing the differences, when the checked file is not what the code serves.
    """
    from api.schema import schema

    served = schema.as_str().rstrip() + "\n"
    if str(output) == "-":
        print(served, end="")
    elif not check:
        output.write_text(served, encoding="utf-8")
        print(f"Wrote {output}.")
    else:
        written = output.read_text(encoding="utf-8") if output.exists() else ""
        if written != served:
            differences = difflib.unified_diff(
                written.splitlines(), served.splitlines(), str(output), "what is served", lineterm="", n=1
            )
            print("\n".join(list(differences)[:DIFFERENCES_SHOWN]))
            print(f"kalends: {output} is not what the code serves: run `kalends export-schema`", file=sys.stderr)
            raise typer.Exit(1)
