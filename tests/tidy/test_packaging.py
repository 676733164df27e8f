"""What is installed, locked and put into containers is what lies here."""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.tidy.tree import PACKAGES, ROOT, files, name_of

PROGRAMS = {"postgres", "valkey-server", "migrate", "serve", "work", "sandbox"}
DATA_SUFFIXES = (".json", ".sql", ".csv", ".graphql", ".html", ".txt", ".md")


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_come_from_this_checkout(name: str) -> None:
    package = importlib.import_module(name)
    assert package.__file__
    assert Path(package.__file__).resolve().parent == ROOT / name


def test_the_wheel_holds_every_module_and_its_data(tmp_path: Path) -> None:
    with zipfile.ZipFile(built_wheel(ROOT, tmp_path)) as wheel:
        held = set(wheel.namelist())
        metadata = wheel.read(next(name for name in held if name.endswith("METADATA"))).decode()
    expected = {
        name_of(path)
        for path in files(".py", *DATA_SUFFIXES)
        if path.relative_to(ROOT).parts[0] in PACKAGES and len(path.relative_to(ROOT).parts) > 1
    }
    assert expected - held == set()
    assert "Requires-Dist: strawberry-graphql==" in metadata


def test_the_wheel_serves_its_sites(tmp_path: Path) -> None:
    wheel = built_wheel(ROOT, tmp_path)
    zipfile.ZipFile(wheel).extractall(tmp_path)
    asked = subprocess.run(
        [sys.executable, "-c", ASK_FOR_SITES], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert asked.stdout.split() == ["gzip", str(tmp_path)], asked


def test_a_wheel_without_its_sites_is_refused(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "hatch_build.py", "requirements.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    with pytest.raises(subprocess.CalledProcessError) as refused:
        built_wheel(tmp_path, tmp_path)
    assert "is not built: run `make sites`" in refused.value.stderr


ASK_FOR_SITES = """
import asyncio, httpx, pathlib, re
from starlette.applications import Starlette
from api import sites

async def main():
    app = Starlette()
    app.router.default = sites.Sites(app.router.not_found, sandbox=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kalends") as http:
        page = await http.get("/graphql/")
        script = await http.get(re.search('src="(.*?)"', page.text)[1], headers={"accept-encoding": "gzip"})
    print(script.headers["content-encoding"], pathlib.Path(sites.__file__).parents[1])

asyncio.run(main())
"""


def built_wheel(checkout: Path, target: Path) -> Path:
    """The wheel of a checkout. Raises CalledProcessError with what the build says."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True, text=True)
    return next(target.glob("*.whl"))


def pins(name: str) -> dict[str, str]:
    """The locked versions of a file, by package."""
    lines = (ROOT / name).read_text().splitlines()
    found = (re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)", line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


@pytest.mark.parametrize(
    "name", ["requirements", "requirements-dev", "requirements-uv", "examples/lender_bot/requirements"]
)
def test_every_requirement_is_locked_with_hashes(name: str) -> None:
    locked = pins(f"{name}.txt")
    assert pins(f"{name}.in").items() <= locked.items()
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / f"{name}.txt").read_text())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert [line for line in (ROOT / f"{name}.txt").read_text().splitlines() if line.startswith("--")] == []


def test_what_runs_and_what_is_tested_are_the_same_versions() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_the_build_backend_is_the_locked_one() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert required == [f"hatchling=={pins('requirements-dev.txt')['hatchling']}"]


def test_the_dockerfile_copies_what_exists_and_does_not_run_as_root() -> None:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert [source for sources in copied for source in sources if not (ROOT / source).exists()] == []
    final = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root|0)", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    sources = {source for sources in copied for source in sources}
    assert {s for s in sources if s not in allowed and not re.fullmatch(r"requirements.*\.(txt|in)", s)} == set()


def test_compose_describes_a_whole_installation() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"postgres", "valkey", "migrate", "api", "worker", "sandbox"}
    assert all(service["init"] is True for service in services.values())
    assert services["worker"]["deploy"]["replicas"] == 2
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            healthy = wanted["condition"] != "service_healthy" or "test" in services[other]["healthcheck"]
            assert healthy, f"{name} waits for {other}, which has no health check"
        assert set(service.get("command", [])[:1]) <= {
            "postgres",
            "valkey-server",
            "migrate",
            "serve",
            "work",
            "sandbox",
        }


def test_the_example_environment_names_every_variable_that_compose_wants() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    offered = {line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line}
    assert wanted <= offered
    assert {"KALENDS_SECRET_KEY", "KALENDS_BANK_API_KEY", "KALENDS_WEBHOOK_SECRET"} <= offered
