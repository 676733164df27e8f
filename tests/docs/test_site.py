"""The site as it is built: complete, the same each time, and nothing on its pages comes from elsewhere."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, parse, validate

from scripts.site import operation_pages, schema_pages
from tests.api.schema.served import SCHEMA, TYPES, root_fields
from tests.docs.pages import DOCS

ROOT = DOCS.parent
LOADED = re.compile(r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*?\b(?:src|href|data)=[\"']?([^\"'\s>]+)")
IN_STYLES = re.compile(r"(?:url\(|@import\s+)[\"']?([^\"')]+)")
ELSEWHERE = re.compile(r"^(?:\w+:)?//")


def build(folder: Path) -> Path:
    """The site, built into a folder by the strict build."""
    command = [str(Path(sys.executable).parent / "mkdocs"), "build", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_it_is_the_same_each_time(site: Path, tmp_path: Path) -> None:
    assert digests(build(tmp_path)) == digests(site)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {
        (page.name, address)
        for page in site.rglob("*.html")
        for address in LOADED.findall(page.read_text(encoding="utf-8"))
        if ELSEWHERE.match(address)
    }
    loaded |= {
        (style.name, address)
        for style in site.rglob("*.css")
        for address in IN_STYLES.findall(style.read_text(encoding="utf-8"))
        if ELSEWHERE.match(address)
    }
    assert loaded == set()


def test_pages_have_no_styles_of_their_own(site: Path) -> None:
    styled = [
        page.name for page in site.rglob("*.html") if re.search(r"<style|\sstyle=", page.read_text(encoding="utf-8"))
    ]
    assert styled == []


def test_the_page_for_addresses_that_do_not_exist_finds_its_styles_from_anywhere(site: Path) -> None:
    local = LOADED.findall((site / "404.html").read_text(encoding="utf-8"))
    assert local
    assert [address for address in local if not address.startswith("/docs/")] == []


def test_every_type_and_field_has_an_anchor(site: Path) -> None:
    reference = "".join(page.read_text(encoding="utf-8") for page in (site / "reference" / "schema").rglob("*.html"))
    anchors = set(re.findall(r'\sid="([^"]+)"', reference))
    fields = {
        f"{name}.{field}".lower()
        for name, named in TYPES.items()
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
        and not name.endswith(("Connection", "Edge"))
        and name not in ("Query", "Mutation", "Subscription")
        and not is_refusal(named)
        for field in named.fields
    }
    operations = {name.lower() for kind in ("Query", "Mutation", "Subscription") for name in root_fields(kind)}
    assert (fields | operations) - anchors == set()


def is_refusal(named: object) -> bool:
    return isinstance(named, GraphQLObjectType) and TYPES["UserError"] in named.interfaces


def test_the_operations_it_offers_can_be_sent() -> None:
    text = "".join(operation_pages.pages().values())
    offered = re.findall(r"^```graphql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(offered) == len(root_fields("Mutation")) + 1, "the mutations, and the query that takes an input"
    for document in offered:
        assert validate(SCHEMA, parse(document)) == [], document


def test_every_kind_of_type_has_a_page() -> None:
    kinds = {"index", "queries", "mutations", "subscriptions", *schema_pages.KINDS}
    assert {name.rpartition("/")[2].removesuffix(".md") for name in schema_pages.pages()} == kinds
