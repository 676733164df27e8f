"""People register, confirm their addresses, accept the documents, and show who they are."""

import asyncio
import re
from collections.abc import Sequence

from cli.demo.cast import CURRENCY, Person
from cli.demo.client import DemoError, together
from cli.demo.story.scene import Scene

TOKEN = re.compile(r"^\S{40,}$", re.MULTILINE)
LOOK_S = 0.1
PATIENCE = 600
BATCH = 500

CHECKS = """query Checks($first: Int!, $after: String) {
    operations {
        identityChecks(status: REVIEW, first: $first, after: $after) {
            edges { node { id applicant { legalName } } } pageInfo { hasNextPage endCursor }
        }
    }
}"""


async def join(scene: Scene, people: Sequence[Person], who: str) -> None:
    """Have people join, as far as the platform can go today: identity checks and mandates are answered by tomorrow."""
    await _open_accounts_outside(scene, people)
    with scene.show.part(f"{who} register", len(people)) as done:
        await together(people, lambda person: _register(scene, person), done)
    tokens = await _read_mails(scene, people)
    with scene.show.part(f"{who} confirm and show who they are", len(people)) as done:
        await together(people, lambda person: _enter(scene, person, tokens[person.email]), done)


async def decide_checks(scene: Scene) -> None:
    """The operator looks at the people whom the identity provider was not sure about."""
    waiting = [check async for check in scene.operator.pages(CHECKS, "operations", "identityChecks")]
    for check in waiting:
        await scene.operator.do(
            "decideIdentityCheck", "check { status }", id=check["id"], approve=True, reason="Seen by video call."
        )


async def _open_accounts_outside(scene: Scene, people: Sequence[Person]) -> None:
    """Everybody has an account at their own bank, with savings on it and an income each month."""
    for start in range(0, len(people), BATCH):
        some = people[start : start + BATCH]
        numbers = await scene.outside.open_accounts(
            [
                {
                    "holder": person.name,
                    "currency": CURRENCY,
                    "balance_minor": person.opening_minor,
                    "income": {"amount_minor": person.income_minor, "day_of_month": person.income_day},
                }
                for person in some
            ]
        )
        for person, number in zip(some, numbers, strict=True):
            person.outside_account = number


async def _register(scene: Scene, person: Person) -> None:
    await scene.api.do(
        "register",
        "email",
        email=person.email,
        password=person.password,
        kind=person.kind,
        legalName=person.name,
        roles=person.roles,
    )


async def _read_mails(scene: Scene, people: Sequence[Person]) -> dict[str, str]:
    """The confirmation tokens that came by mail, by address."""
    awaited = {person.email for person in people}
    tokens: dict[str, str] = {}
    for _ in range(PATIENCE):
        for mail in await scene.outside.mails(scene.mail_read):
            scene.mail_read = mail["id"]
            found = TOKEN.search(mail["text"])
            if found and mail["to"] in awaited:
                tokens[mail["to"]] = found[0]
        if len(tokens) == len(awaited):
            return tokens
        await asyncio.sleep(LOOK_S)
    raise DemoError(f"{len(awaited) - len(tokens)} confirmation mails did not arrive: do the workers run?")


async def _enter(scene: Scene, person: Person, token: str) -> None:
    """Confirm the address, which opens a session; then everything that needs no answer of others, in one request."""
    session = (await scene.api.do("confirmEmail", "session { accessToken }", token=token, password=person.password))[
        "session"
    ]
    person.token = session["accessToken"]
    born = person.birth_date.isoformat() if person.birth_date else None
    documents = [scene.documents[kind] for kind in ("TERMS", "RISK_WARNING", "DEBIT_MANDATE")]
    me = scene.api.as_user(person.token)
    *_, added = await me.do_all(
        ("acceptDocuments", "me { id }", {"documentIds": documents}),
        (
            "requestIdentityCheck",
            "check { status }",
            {"country": "CN", "identificationNumber": person.identification_number, "birthDate": born},
        ),
        (
            "addBankAccount",
            "bankAccount { id }",
            {"number": person.outside_account, "holder": person.name, "currency": CURRENCY},
        ),
    )
    person.bank_account_id = added["bankAccount"]["id"]
