"""Trusted documents: those a front end was built with, known by an id, so that requests need not carry their text.

A manifest maps ids to texts, as `relay-compiler` and graphql-codegen's client preset write it. Requests name a document by
`documentId`, or by `extensions.persistedQuery.sha256Hash` as Apollo's and urql's clients do. An installation whose
clients are all its own can answer these documents only.
"""

from collections.abc import Mapping
from pathlib import Path

import orjson

from api.documents import Refused
from api.errors import Code, top_level
from api.params import Params

HASH_PREFIX = "sha256:"
"""GraphQL over HTTP's ids of documents say by which hash they were made; manifests have the hash alone."""


class Trusted:
    """The documents of a manifest. `only`: no others are answered."""

    def __init__(self, texts: Mapping[str, str], *, only: bool) -> None:
        self._texts = texts
        self._known = frozenset(texts.values())
        self._only = only

    @classmethod
    def load(cls, manifest: Path | None, *, only: bool) -> "Trusted":
        """The documents of a manifest's file. Raises `ValueError` when it is no object of texts."""
        if manifest is None:
            return cls({}, only=only)
        texts = orjson.loads(manifest.read_bytes())
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError(f"{manifest} must be a JSON object of documents by their ids")
        return cls(texts, only=only)

    def text(self, params: Params) -> str:
        """The text of the document a request means. Raises `Refused`."""
        if params.document_id is None:
            if self._only and params.query not in self._known:
                raise Refused([top_level(Code.UNTRUSTED_DOCUMENT, "Only documents of the manifest are answered here.")])
            return params.query
        text = self._texts.get(params.document_id.removeprefix(HASH_PREFIX))
        if text is None:
            raise Refused([top_level(Code.UNKNOWN_DOCUMENT, "No document has this id; send its text as `query`.")])
        return text
