"""The bootstrap where there is no pip: uv from a plain index, and never a uv that was not pinned."""

import functools
import http.server
import importlib.util
import platform
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli.conftest import ROOT


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests are not worth a line."""


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bin" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """A simple index with a wheel of the pinned version for this machine and for two others."""
    folder = tmp_path / "index" / "uv"
    folder.mkdir(parents=True)
    family = "macosx_11_0" if sys.platform == "darwin" else "manylinux_2_17"
    names = [
        f"uv-{pinned()}-py3-none-{family}_{platform.machine()}.whl",
        f"uv-{pinned()}-py3-none-{family}_other.whl",
        f"uv-0.0.1-py3-none-{family}_{platform.machine()}.whl",
    ]
    for name in names:
        with zipfile.ZipFile(folder / name, "w") as wheel:
            wheel.writestr(f"uv-{pinned()}.data/scripts/uv", f"#!/bin/sh\necho {name}\n")
    links = "".join(f'<a href="{name}#sha256=0">{name}</a>' for name in reversed(names))
    (folder / "index.html").write_text(links)
    handler = functools.partial(Quiet, directory=str(tmp_path / "index"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def pinned() -> str:
    match = re.search(r"^uv==(\S+)", (ROOT / "requirements-uv.txt").read_text(), re.MULTILINE)
    assert match
    return match[1]


def test_the_wheel_for_this_machine_is_found_but_refused_when_it_is_not_the_pinned_one(
    bootstrap: ModuleType, index: str, tmp_path: Path
) -> None:
    wheel = bootstrap.fetch_wheel(index, tmp_path)
    assert wheel.name.startswith(f"uv-{pinned()}-")
    assert wheel.name.endswith(f"_{platform.machine()}.whl")
    with pytest.raises(bootstrap.Failed, match=r"not the one that requirements-uv\.txt names"):
        bootstrap.unzip_uv(wheel)


def test_an_index_that_does_not_answer_is_said_in_one_line(bootstrap: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(bootstrap.Failed, match=r"does not answer .*: install uv"):
        bootstrap.fetch_wheel("http://127.0.0.1:1", tmp_path)


def test_a_python_without_pip_uses_the_one_that_ensurepip_carries(bootstrap: ModuleType) -> None:
    command = bootstrap.pip_command()
    assert command[0] == sys.executable
    assert str(command[-1]).endswith("pip")
