"""Accounts: registration, confirmation of the e-mail, roles, operators.

Nothing tells a stranger whether an address has an account. Registering answers alike, and an account opens only to
whoever reads its mail: until then logging in is refused like a wrong password, or else trying it would tell.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from domain.identity import attempts, credentials, events, pseudonyms, rules
from domain.identity.attempts import LOCAL, Client, Guess
from domain.identity.commands import sessions
from domain.identity.commands.sessions import SessionTokens
from domain.identity.errors import InvalidCredentials, InvalidToken
from domain.identity.models import Locale, OperatorScope, PartyKind, Role
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, NotFound
from domain.shared.settings import settings

FREE_PSEUDONYM = """(select candidate from unnest($4::text[]) candidate
    where not exists (select 1 from identity.users taken where taken.pseudonym = candidate) limit 1)"""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What somebody says when they register. Passwords have 12 to 200 characters, names 1 to 200."""

    email: str
    password: str
    kind: PartyKind
    legal_name: str
    roles: Collection[Role]
    locale: Locale = Locale.EN


async def register(registration: Registration, client: Client = LOCAL) -> None:
    """Open an account, or, with the same answer, write to the owner of the one that exists.

    While an account is unconfirmed its latest registration counts: nobody can reserve an address, with a password of
    their own, for the person who will confirm it. Raises `InvalidInput`, `TooManyAttempts`, `Busy`.
    """
    email = rules.clean_email(registration.email, sandbox=settings().is_sandbox)
    password = rules.clean_password(registration.password)
    name = rules.clean_text(registration.legal_name, rules.MAX_LEGAL_NAME, "legalName")
    roles = rules.check_roles(registration.roles)
    await attempts.ask_for_mail(client)
    password_hash = await credentials.hash_password(password)
    await _store(email, password_hash, registration, name, roles)


@db.atomic
async def _store(email: str, password_hash: str, registration: Registration, name: str, roles: list[str]) -> None:
    user_id = ids.new()
    row = await db.fetch_one(
        f"""insert into identity.users as u
            (id, email, password_hash, pseudonym, kind, legal_name, roles, operator_scopes, locale, registered_at)
        values ($1, $2, $3, {FREE_PSEUDONYM}, $5, $6, $7, '{{}}', $8, $9)
        on conflict (email) do update set password_hash = excluded.password_hash, kind = excluded.kind,
            legal_name = excluded.legal_name, roles = excluded.roles, locale = excluded.locale
        where u.email_verified_at is null
        returning id""",  # noqa: S608 - the parts are literals above
        user_id, email, password_hash, pseudonyms.candidates(), registration.kind.value, name, roles,
        registration.locale.value, await clock.now(),
    )  # fmt: skip
    known = await db.fetch_value("select id from identity.users where email = $1", email)  # asked of all: the same work
    if row is None:
        event = events.registration_repeated(known, clock.wall())
    elif row["id"] == user_id:
        event = events.user_registered(user_id)
    else:
        event = events.confirmation_requested(row["id"], clock.wall())
    await outbox.record([event])


async def request_email_confirmation(email: str, client: Client = LOCAL) -> None:
    """Send the confirmation mail again if the address waits for it; neither the answer nor the work tells.

    Raises `InvalidInput`, `TooManyAttempts`.
    """
    address = rules.clean_email(email, sandbox=settings().is_sandbox)
    await attempts.ask_for_mail(client)
    await _ask_again(address)


@db.atomic
async def _ask_again(address: str) -> None:
    user_id = await db.fetch_value(
        "select id from identity.users where email = $1 and email_verified_at is null", address
    )
    now = clock.wall()
    asked = events.confirmation_requested(user_id, now) if user_id else events.nobody_asked(address, now)
    await outbox.record([asked])


async def confirm_email(token: str, password: str, client: Client = LOCAL) -> SessionTokens | None:
    """Confirm the address a token was sent to and open the first session; None if it was confirmed before.

    The token shows who reads the mail, the password who registered: whoever registers the address of somebody else anew,
    with a password of their own, gains nothing by the owner's click. Raises `InvalidToken`, `InvalidCredentials`, `TooManyAttempts`, `Busy`.
    """
    claim = credentials.confirmed_by(token)
    user = await db.fetch_one("select * from identity.users where id = $1 and email = $2", *claim) if claim else None
    if user is None:
        raise InvalidToken(path=("token",))
    if user["email_verified_at"] is not None:
        return None
    guess = await Guess.begin(user["email"], user["id"], client)
    try:
        secret = rules.clean_password(password)
    except InvalidInput as invalid:
        await guess.failed()
        raise InvalidCredentials from invalid
    if not await credentials.password_fits(user["password_hash"], secret):
        await guess.failed()
        raise InvalidCredentials
    await guess.succeeded()
    return await _confirm(user["id"], user["password_hash"], client)


@db.atomic
async def _confirm(user_id: UUID, password_hash: str, client: Client) -> SessionTokens | None:
    """Confirm a registration that nobody has replaced or confirmed meanwhile."""
    user = await db.fetch_one(
        """update identity.users set email_verified_at = $3
        where id = $1 and password_hash = $2 and email_verified_at is null returning *""",
        user_id, password_hash, clock.wall(),
    )  # fmt: skip
    if user is None:
        raise InvalidCredentials
    await outbox.record([events.email_confirmed(user_id)])
    return await sessions.start(user, client)


@db.atomic
async def add_role(actor: Actor, role: Role) -> list[str]:
    """Let an account borrow or lend as well; returns its roles. Scopes come with the next refresh of the session.

    Raises `NotAllowed`, `CredentialEnded`.
    """
    actor.require(Scope.ACCOUNT)
    await sessions.require_alive(actor)
    row = await db.fetch_one(
        """update identity.users set roles = array(select distinct r from unnest(roles || $2::text[]) r order by 1)
        where id = $1 returning roles""",
        actor.user_id, [role.value],
    )  # fmt: skip
    if row is None:
        raise NotFound
    roles: list[str] = row["roles"]
    return roles


async def create_operator(
    *, email: str, password: str, name: str = "Operator", scopes: Collection[OperatorScope] = tuple(OperatorScope)
) -> UUID:
    """Make an operator, or give an account that exists this password and these scopes and end its sessions.

    For the command line: whoever runs it vouches for the address. Returns the user's id. Raises `InvalidInput`.
    """
    address = rules.clean_email(email, sandbox=settings().is_sandbox)
    secret = rules.clean_password(password)
    legal_name = rules.clean_text(name, rules.MAX_LEGAL_NAME, "name")
    if not scopes:
        raise InvalidInput(reason="An operator has at least one scope.", path=("scopes",))
    password_hash = await credentials.hash_password(secret)
    return await _store_operator(address, password_hash, legal_name, sorted({scope.value for scope in scopes}))


@db.atomic
async def _store_operator(email: str, password_hash: str, legal_name: str, scopes: list[str]) -> UUID:
    user_id: UUID = await db.fetch_value(
        f"""insert into identity.users as u
            (id, email, password_hash, pseudonym, kind, legal_name, roles, operator_scopes, locale, registered_at,
             email_verified_at)
        values ($1, $2, $3, {FREE_PSEUDONYM}, $5, $6, '{{}}', $7, $8, $9, $10)
        on conflict (email) do update set password_hash = excluded.password_hash,
            operator_scopes = excluded.operator_scopes,
            email_verified_at = coalesce(u.email_verified_at, excluded.email_verified_at)
        returning id""",  # noqa: S608 - the parts are literals above
        ids.new(), email, password_hash, pseudonyms.candidates(), PartyKind.PERSON.value, legal_name, scopes,
        Locale.EN.value, await clock.now(), clock.wall(),
    )  # fmt: skip
    await sessions.revoke_sessions(Actor(user_id, frozenset({Scope.ACCOUNT})))
    return user_id
