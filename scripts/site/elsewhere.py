"""Pages of the site that lie elsewhere in the repository, and links that lead to them."""

import posixpath
import re

PAGES = {
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "migrations/README.md": "project/migrations.md",
    "cli/demo/data/README.md": "project/german-credit.md",
}
"""Where a file of the repository is in the site."""
LINKS = PAGES | {"schema.graphql": "reference/schema/index.md"}
LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)#\s]+)(?=[)#])")
"""The target of a relative link, without its fragment."""


def relink(markdown: str, source: str, page: str) -> str:
    """The text of a file of the repository as a page of the site: each link to a file leads to that file's page.

    `source` is the file's path in the repository, `page` that of its page below docs/. Links to what the site does not
    have stay as they are, and the strict build refuses them.
    """

    def moved(link: re.Match[str]) -> str:
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[1]))
        target = LINKS.get(file) or (file.removeprefix("docs/") if file.startswith("docs/") else None)
        return posixpath.relpath(target, posixpath.dirname(page) or ".") if target else link[1]

    return LINK.sub(moved, markdown)
