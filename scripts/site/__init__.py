"""The documentation site: what its pages are generated from, and what mkdocs is told while it builds."""
