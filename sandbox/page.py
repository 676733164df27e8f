"""The sandbox's one page: what it is, where its routes are, the latest mails."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox import clock, mail
from sandbox.bank.statement import custody_balances

SHOWN = 20
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Kalends sandbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
code, pre {{ background: #f4f4f1; border-radius: 3px; padding: .1em .3em }}
pre {{ padding: .6rem; overflow-x: auto; white-space: pre-wrap }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top }}
summary {{ cursor: pointer }}
</style></head><body>
<h1>Kalends sandbox</h1>
<p>The providers of a lending platform, as one process: a custody bank with the customers' own banks, an identity
provider and a mail sink. No real money, no real persons; nothing leaves this machine.</p>
<h2>Bank</h2>
<p>It is <strong>{now}</strong> at the bank, business day {today}. In custody: {balances}.</p>
<table>
<tr><td><code>POST /bank/customers/accounts</code></td><td>open an account at a customer's bank</td></tr>
<tr><td><code>POST /bank/customers/transfers</code></td><td>pay in: a deposit by its payment reference</td></tr>
<tr><td><code>POST /bank/control/behaviours</code></td><td>tell the bank to delay, refuse, return, bounce, repeat or
reorder</td></tr>
<tr><td><code>POST /bank/control/webhooks</code></td><td>hold webhooks back</td></tr>
<tr><td><code>/bank/v1/…</code></td><td>instructions, mandates, statement, clock: for the platform's key</td></tr>
</table>
<h2>Identity provider</h2>
<p><code>POST /identity/v1/checks</code>, for the platform's key. An identification number that ends in
<code>00</code> is answered REVIEW, one that ends in <code>99</code> REJECTED, every other VERIFIED. The number itself
is never stored.</p>
<h2>Latest mails</h2>
<p>All of them: <a href="/mail"><code>GET /mail?to=address&amp;after=id</code></a></p>
{mails}
</body></html>
"""


async def _page(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        now, today = clock.now(db), clock.today(db)
        balances = [f"{row['amount_minor']} {row['currency']} (smallest units)" for row in custody_balances(db)]
        mails = mail.latest(db, SHOWN)
    shown = "\n".join(
        f"<details><summary>{escape(each['subject'])} — {escape(each['to'])}</summary>"
        f"<pre>{escape(each['text'])}</pre></details>"
        for each in mails
    )
    return HTMLResponse(
        PAGE.format(
            now=escape(now.isoformat(timespec="seconds")),
            today=today.isoformat(),
            balances=escape(", ".join(balances) or "nothing yet"),
            mails=shown or "<p>None yet.</p>",
        )
    )


ROUTES = [Route("/", _page)]
