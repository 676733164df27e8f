"""What a browser sees at /graphql where the explorer is not built: one page without scripts or anything from elsewhere."""

import base64
import hashlib

from starlette.responses import HTMLResponse

STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem;color:#1d2733}"
    "pre{background:#f2f4f7;padding:1rem;overflow:auto;border-radius:.4rem}a{color:#0b5cad}"
)
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kalends: the GraphQL API</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Kalends</h1>
<p>This address answers GraphQL: the backend of a peer-to-peer lending marketplace. Send a POST with
<code>application/json</code>:</p>
<pre>{{"query": "{{ __typename }}"}}</pre>
<p>Subscriptions use the same address by WebSocket, with the protocol <code>graphql-transport-ws</code>.</p>
<p>The whole API, with a description of every type and field, is in <a href="/schema.graphql">schema.graphql</a>;
any GraphQL client can read it by introspection too. To act as somebody, send
<code>Authorization: Bearer …</code> with an access token.</p>
<p>An explorer with examples and a map of the schema stands here once it is built: <code>make sites</code> in the
checkout, then load this page again.</p>
</body>
</html>
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

welcome = HTMLResponse(
    PAGE,
    headers={"content-security-policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'"},
)
"""The page, as an ASGI application."""
