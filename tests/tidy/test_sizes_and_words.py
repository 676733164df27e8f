"""Rules about files that no linter knows: sizes, words that must not be there, docstrings of packages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import ROOT, files, name_of, tracked

FILE_LINES = 400
FUNCTION_LINES = 60
# Put together here, so that this file does not contain them.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
MACHINE = re.compile(
    r"(?<![\w.:/-])/(?:" + "|".join(("ro" + "ot", "wo" + "rk")) + r")/[a-z.]|\.\./sha" + "red|://[a-z.]*py" + "pi"
)
"""A path of somebody's machine, or a registry's address."""
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "service.py", "services.py"}
TEXT = (".py", ".md", ".toml", ".yaml", ".in", ".txt", ".sql", ".graphql", ".json", ".sh", "")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_migration(path: Path) -> bool:
    return path.is_relative_to(ROOT / "migrations")


def test_files_are_short() -> None:
    long = {
        name_of(path): lines
        for path in files(".py")
        if not is_migration(path) and (lines := len(path.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = {}
    for path in files(".py"):
        if is_migration(path):
            continue
        for function in functions(ast.parse(path.read_text())):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION_LINES:
                long[f"{name_of(path)}:{function.name}"] = lines
    assert long == {}


def test_nothing_is_marked_as_unfinished() -> None:
    marked = [name_of(path) for path in files(".py", ".sql", ".toml") if UNFINISHED.search(path.read_text())]
    assert marked == []


def test_nothing_is_a_link() -> None:
    """It would lead somewhere on the machine of whoever made it."""
    assert [name_of(path) for path in tracked() if path.is_symlink()] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    named = {}
    for path in files(*TEXT):
        found = MACHINE.search(path.read_text(encoding="utf-8", errors="replace"))
        if found:
            named[name_of(path)] = found[0]
    assert named == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [name_of(path) for path in files(".py") if path.name in FORBIDDEN_NAMES] == []


def test_every_package_says_what_it_is() -> None:
    silent = [name_of(path) for path in files(".py") if path.name == "__init__.py" and not docstring(path)]
    assert silent == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in files(".py")} - {ROOT, ROOT / "bin", ROOT / "scripts"}
    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_test_is_skipped() -> None:
    skipping = re.compile(r"(mark|pytest)\.(skip|xfail|importorskip)")
    assert [name_of(path) for path in files(".py") if skipping.search(path.read_text())] == []


def docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text()))
