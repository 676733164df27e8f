"""What mkdocs calls while it builds the site."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from scripts.site import elsewhere, errors_page, schema_pages

ROOT = Path(__file__).resolve().parents[2]
SERVED_AT = "/docs/"
"""Where the API serves the site; only the page for addresses that do not exist needs to know."""
DECISIONS = "decisions/README.md"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are generated, or lie elsewhere in the repository; then read the navigation's patterns."""
    pages = {page: (ROOT / source).read_text(encoding="utf-8") for source, page in elsewhere.PAGES.items()}
    pages |= schema_pages.pages() | {"errors.md": errors_page.page()}
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    config.nav = _expanded(config.nav or [], sorted(file.src_uri for file in files.documentation_pages()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links that lead out of docs/ lead to the site's page of the same file; the list of decisions lists them."""
    name = page.file.src_uri
    sources = {target: source for source, target in elsewhere.PAGES.items()}
    markdown = elsewhere.relink(markdown, sources.get(name, f"docs/{name}"), name)
    return markdown + _decisions(files) if name == DECISIONS else markdown


def on_template_context(context: dict[str, Any], template_name: str, config: MkDocsConfig) -> dict[str, Any]:
    """The page for addresses that do not exist is seen at any depth: its links are absolute."""
    if template_name == "404.html":
        context["base_url"] = SERVED_AT
    return context


def on_post_build(config: MkDocsConfig) -> None:
    """A map of the site needs its address, which every installation has its own of; empty, it only bears a date."""
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        (Path(config.site_dir) / name).unlink()


def _expanded(nav: list[Any], pages: list[str]) -> list[Any]:
    """The navigation with each pattern replaced by the pages of its folder that are named nowhere."""
    named = set(_named(nav))

    def expand(entries: list[Any]) -> list[Any]:
        expanded: list[Any] = []
        for entry in entries:
            if isinstance(entry, dict):
                expanded.append({title: expand(v) if isinstance(v, list) else v for title, v in entry.items()})
            elif "*" in entry:
                depth = entry.count("/")
                expanded += [p for p in pages if p.count("/") == depth and fnmatch(p, entry) and p not in named]
            else:
                expanded.append(entry)
        return expanded

    return expand(nav)


def _named(entries: list[Any]) -> list[str]:
    names: list[str] = []
    for entry in entries:
        for inner in entry.values() if isinstance(entry, dict) else [entry]:
            names += _named(inner) if isinstance(inner, list) else [inner]
    return names


def _decisions(files: Files) -> str:
    pages = sorted(file.src_uri for file in files.documentation_pages() if file.src_uri.startswith("decisions/0"))
    titles = ((ROOT / "docs" / page).read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for page in pages)
    lines = (
        f"- [{title.replace('. ', ': ', 1)}]({page.rpartition('/')[2]})"
        for title, page in zip(titles, pages, strict=True)
    )
    return "\n\n" + "\n".join(lines) + "\n"
