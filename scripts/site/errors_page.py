"""x"""


def page() -> str:
    return "# Errors\n" + "".join(
        f"\n## {n} {{ #{n.lower()} }}\n" for n in __import__("scripts.site.schema", fromlist=["x"]).refusals()
    )
