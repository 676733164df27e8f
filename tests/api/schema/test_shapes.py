"""Names and types are the same everywhere: one input, one result, ids that are ids, money that is exact."""

import re

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLUnionType, get_named_type

from tests.api.schema.served import INPUTS, TYPES, UNIONS, all_fields, refusals, root_fields, user_error

MUTATIONS = root_fields("Mutation")
MOVES_NO_MONEY = {
    # who somebody is
    "register", "requestEmailConfirmation", "confirmEmail", "requestPasswordReset", "resetPassword",
    "addRole", "acceptDocuments", "logIn", "refreshSession", "logOut",
    "revokeSessions", "createAccessToken", "revokeAccessToken", "requestIdentityCheck", "decideIdentityCheck",
    # where money may come from and go to
    "addBankAccount", "giveMandate", "revokeMandate",
    # what ends a request before anybody has bid on it
    "reviewApplication", "declineOffer", "withdrawApplication",
    # what only stops or resumes
    "pauseAutoInvestPlan", "resumeAutoInvestPlan", "advanceClock",
}  # fmt: skip
"""Mutations that leave every account and every promise of money as it is; all others need an idempotency key."""


def capital(name: str) -> str:
    return name[0].upper() + name[1:]


def result_of(field: GraphQLField) -> GraphQLUnionType:
    result = get_named_type(field.type)
    assert isinstance(result, GraphQLUnionType)
    return result


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_has_one_input_and_one_named_result(name: str) -> None:
    field = MUTATIONS[name]
    assert {argument: str(given.type) for argument, given in field.args.items()} == {"input": f"{capital(name)}Input!"}
    assert str(field.type) == f"{capital(name)}Result!"
    payload, *others = result_of(field).types
    assert payload.name == f"{capital(name)}Payload"
    assert user_error() not in payload.interfaces
    assert [other.name for other in others if user_error() not in other.interfaces] == []
    assert "Busy" in {other.name for other in others}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_moves_money_can_be_repeated_with_its_key(name: str) -> None:
    keyed = INPUTS[f"{capital(name)}Input"].fields.get("idempotencyKey")
    refused = {member.name for member in result_of(MUTATIONS[name]).types}
    if name in MOVES_NO_MONEY:
        assert keyed is None
        assert "IdempotencyConflict" not in refused
    else:
        assert keyed is not None
        assert str(keyed.type) == "ID!"
        assert {"IdempotencyConflict", "InvalidInput", "NotAllowed"} <= refused


def test_the_list_of_mutations_without_money_has_no_strangers() -> None:
    assert MOVES_NO_MONEY - MUTATIONS.keys() == set()


def test_queries_that_can_be_refused_answer_like_mutations() -> None:
    answers = {name: field for name, field in root_fields("Query").items() if "input" in field.args}
    assert answers
    for name, field in answers.items():
        assert str(field.type) == f"{capital(name)}Result!"
        assert result_of(field).types[0].name == f"{capital(name)}Payload"


def test_fields_of_one_name_can_be_selected_side_by_side() -> None:
    """Clients select a fact in several members of a union without aliases; GraphQL then wants one type of it."""
    clashes: dict[str, set[str]] = {}
    for name, union in UNIONS.items():
        kinds: dict[str, set[str]] = {}
        for member in union.types:
            for field_name, field in member.fields.items():
                kinds.setdefault(field_name, set()).add(str(field.type))
        clashes |= {f"{name}.{field}": found for field, found in kinds.items() if len(found) > 1}
    # A figure's value is one of three shapes on purpose, each with its own selection.
    assert {field: found for field, found in clashes.items() if not field.startswith("FigureValue.")} == {}


def test_refusals_in_a_list_can_be_selected_side_by_side() -> None:
    kinds: dict[str, set[str]] = {}
    for refusal in refusals().values():
        for name, field in refusal.fields.items():
            kinds.setdefault(name, set()).add(str(field.type))
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_unions_are_results_or_named_for_what_they_hold() -> None:
    assert {name for name in UNIONS if not name.endswith("Result")} == {"FigureValue"}


def test_there_is_no_inexact_number() -> None:
    assert "Float" not in TYPES


def test_ids_are_ids() -> None:
    fields = [(name, field.type) for name, field in all_fields()]
    named = [(name, kind) for name, kind in fields if re.search(r"\.id$|\.ids$|Ids?$", name)]
    assert len(named) > 30
    assert [name for name, kind in named if get_named_type(kind).name != "ID"] == []


def test_what_has_an_id_of_its_own_is_a_node_or_belongs_to_one() -> None:
    node = TYPES["Node"]
    nodes = {name for name, found in TYPES.items() if isinstance(found, GraphQLObjectType) and node in found.interfaces}
    assert {"Loan", "Bid", "Member", "Transfer", "Product", "Document"} <= nodes
    for name in nodes:
        found = TYPES[name]
        assert isinstance(found, GraphQLObjectType)
        assert str(found.fields["id"].type) == "ID!", name


def test_money_goes_by_its_type() -> None:
    amounts = [
        f"{name}: {field.type}"
        for name, field in all_fields()
        if re.search(r"(?i)(amount|balance|principal|fee)$", name.partition(".")[2])
        and get_named_type(field.type).name in {"Int", "String", "Decimal", "Rate"}
        and name not in {"Money.amount", "MoneyInput.amount"}
    ]
    assert amounts == []
