"""What a visitor is told when the story is over: where to look, as whom, what plays the outside, what to try first."""

import json

from cli.demo.marker import Story

LATEST = "{ loans(first: 3) { edges { node { reference status grade annualRate funding { lenders } } } } }"
EARNED = "{ platform { today gradeResults { grade loans promisedRate earnedRate } } }"


def invitation(url: str, sandbox_url: str, story: Story) -> str:
    """The addresses, three logins and two queries to copy."""
    logins = "\n".join(f"  {login.role:<9} {login.email:<40} {login.password}" for login in story.logins)
    queries = "\n".join(_curl(url, query) for query in (LATEST, EARNED))
    return f"""
Serving {url}/graphql until Ctrl-C. These can log in (mutation logIn):

{logins}

Whoever registers finds the mail with the token at {sandbox_url}, where the sandbox's bank is, too.

Two queries to try, in another terminal:

{queries}
"""


def _curl(url: str, query: str) -> str:
    return f"  curl -s {url}/graphql -H 'content-type: application/json' -d '{json.dumps({'query': query})}'"
