"""Registration, confirmation, roles and consents."""

from typing import Annotated

import strawberry

from api.context import Info
from api.errors import Busy, InvalidInput, NotAllowed, NotFound
from api.identity.enums import Locale, PartyKind, Role
from api.identity.errors import DocumentsOutdated, InvalidCredentials, InvalidToken, TooManyAttempts
from api.identity.mutations.sessions import OF_DEVICE, SessionTokens, client_of
from api.me import Me, myself
from api.mutation import mutation
from api.node import parse_id
from domain.identity import commands, models


@strawberry.input(description="Who registers.")
class RegisterInput:
    """Who registers."""

    email: str = strawberry.field(description="An e-mail address of at most 254 characters that you can read.")
    password: str = strawberry.field(description="12 to 200 characters.")
    kind: PartyKind = strawberry.field(description="A person or an organisation.")
    legal_name: str = strawberry.field(description="The name of the person or organisation, 1 to 200 characters.")
    roles: list[Role] = strawberry.field(description="What the account does on the market: one role or both.")
    locale: Locale = strawberry.field(default=Locale.EN, description="The language of mails.")


@strawberry.type(description="Read your mail: the answer is the same for an address that has an account already.")
class RegisterPayload:
    """Read your mail."""

    email: str = strawberry.field(description="The address as it was given; a mail is on its way there.")


RegisterResult = Annotated[
    RegisterPayload | InvalidInput | TooManyAttempts | Busy,
    strawberry.union("RegisterResult", description="A mail is on its way, or why not."),
]


@strawberry.input(description="Who misses the confirmation mail.")
class RequestEmailConfirmationInput:
    """Who misses the confirmation mail."""

    email: str = strawberry.field(description="The address that was registered, at most 254 characters.")


@strawberry.type(description="If the address waits for its confirmation, a mail is on its way; at most one an hour.")
class RequestEmailConfirmationPayload:
    """A mail is on its way, if the address waits for one."""

    email: str = strawberry.field(description="The address as it was given.")


RequestEmailConfirmationResult = Annotated[
    RequestEmailConfirmationPayload | InvalidInput | TooManyAttempts | Busy,
    strawberry.union("RequestEmailConfirmationResult", description="Whether a mail is sent is not told."),
]


@strawberry.input(description="The token of the confirmation mail, and the password that was registered with.")
class ConfirmEmailInput:
    """The token of the confirmation mail, and the password."""

    token: str = strawberry.field(description="As it stands in the mail; it works for 24 hours.")
    password: str = strawberry.field(
        description="The password you registered with, 12 to 200 characters: it shows that the registration is yours."
    )


@strawberry.type(description="The address is confirmed.")
class ConfirmEmailPayload:
    """The address is confirmed."""

    session: SessionTokens | None = strawberry.field(
        description="Your first session; null if the address was confirmed before: log in."
    )
    device_token: str | None = strawberry.field(description=OF_DEVICE)


ConfirmEmailResult = Annotated[
    ConfirmEmailPayload | InvalidToken | InvalidCredentials | TooManyAttempts | Busy,
    strawberry.union("ConfirmEmailResult", description="The address is confirmed, or why not."),
]


@strawberry.input(description="The role to add.")
class AddRoleInput:
    """The role to add."""

    role: Role = strawberry.field(description="The role.")


@strawberry.type(description="The account has the role; refresh the session to get its scope.")
class AddRolePayload:
    """The account has the role."""

    me: Me = strawberry.field(description="You.")


AddRoleResult = Annotated[
    AddRolePayload | NotAllowed | NotFound | Busy,
    strawberry.union("AddRoleResult", description="The role was added, or why not."),
]


@strawberry.input(description="What you have read and accept.")
class AcceptDocumentsInput:
    """What is accepted."""

    document_ids: list[strawberry.ID] = strawberry.field(description="1 to 20 documents in their current versions.")


@strawberry.type(description="The acceptance is registered, with its time.")
class AcceptDocumentsPayload:
    """The acceptance is registered."""

    me: Me = strawberry.field(description="You.")


AcceptDocumentsResult = Annotated[
    AcceptDocumentsPayload | DocumentsOutdated | NotFound | NotAllowed | InvalidInput | Busy,
    strawberry.union("AcceptDocumentsResult", description="The acceptance is registered, or why not."),
]


@strawberry.type
class AccountMutation:
    """Registration, confirmation, roles and consents."""

    @mutation(
        "Open an account. The answer does not tell whether the address has one already: a mail goes there in any case. "
        "The account opens with `confirmEmail`; until then logging in is refused like a wrong password."
    )
    async def register(self, info: Info, input: RegisterInput) -> RegisterResult:
        """Open an account."""
        await commands.register(
            commands.Registration(
                email=input.email,
                password=input.password,
                kind=models.PartyKind(input.kind.name),
                legal_name=input.legal_name,
                roles=[models.Role(role.name) for role in input.roles],
                locale=models.Locale(input.locale.name),
            ),
            client_of(info),
        )
        return RegisterPayload(email=input.email)

    @mutation("Send the confirmation mail again.")
    async def request_email_confirmation(
        self, info: Info, input: RequestEmailConfirmationInput
    ) -> RequestEmailConfirmationResult:
        """Send the confirmation mail again."""
        await commands.request_email_confirmation(input.email, client_of(info))
        return RequestEmailConfirmationPayload(email=input.email)

    @mutation(
        "Confirm an e-mail address with the token that was sent there and your password, and open the first session."
    )
    async def confirm_email(self, info: Info, input: ConfirmEmailInput) -> ConfirmEmailResult:
        """Confirm an e-mail address."""
        tokens = await commands.confirm_email(input.token, input.password, client_of(info))
        if tokens is None:
            return ConfirmEmailPayload(session=None, device_token=None)
        return ConfirmEmailPayload(session=SessionTokens.of(tokens), device_token=tokens.device_token)

    @mutation("Let your account borrow or lend as well. Needs the scope ACCOUNT.")
    async def add_role(self, info: Info, input: AddRoleInput) -> AddRoleResult:
        """Let the account borrow or lend as well."""
        await commands.add_role(info.context.actor, models.Role(input.role.name))
        return AddRolePayload(me=myself(info.context))

    @mutation("Accept documents; accepting again changes nothing. Needs the scope ACCOUNT.")
    async def accept_documents(self, info: Info, input: AcceptDocumentsInput) -> AcceptDocumentsResult:
        """Accept documents."""
        actor = info.context.actor
        ids = [parse_id("document", id_, "documentIds", str(n)) for n, id_ in enumerate(input.document_ids)]
        await commands.accept_documents(actor, ids)
        return AcceptDocumentsPayload(me=myself(info.context))
