"""What a visitor is told when the story is over: where to look, as whom, and what to try first."""

from cli.demo.marker import Story

STATISTICS = "{ loans(first: 3) { edges { node { reference status grade amount { amount currency } } } } }"
QUOTE = "{ platform { today profile { name } sandbox { now } } }"


def invitation(url: str, story: Story) -> str:
    """The address, three logins and two queries to copy."""
    logins = "\n".join(f"  {login.role:<9} {login.email:<40} {login.password}" for login in story.logins)
    queries = "\n".join(
        f"""  curl -s {url}/graphql -H 'content-type: application/json' -d '{{"query": "{query}"}}'"""
        for query in (STATISTICS, QUOTE)
    )
    return f"""
Serving at {url}/graphql until Ctrl-C. Log in (mutation logIn) as

{logins}

Two queries to try:

{queries}
"""
