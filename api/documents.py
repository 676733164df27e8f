"""Documents ready to be executed: parsed, limited, validated, and remembered by their text."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    Token,
    get_operation_ast,
    parse,
    validate,
)
from graphql.validation import specified_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api import limits
from api.engine import Kept, Operation
from api.params import bad_request
from api.shape import MAX_COST, Shape
from api.sizes import Sizes, elements

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
MAX_ERRORS = 10
"""Each may print the whole of a large value, and look for names that are alike."""
MAX_DOCUMENTS = 1_000
MAX_BYTES = 32 * 1024 * 1024
BYTES_PER_TOKEN = 450
"""What a token's share of a parsed document takes in memory, measured; the text is the smaller part."""
MAX_PRICES = 32


FIELDS_PER_POINT = 100


@dataclass(frozen=True, slots=True)
class Price:
    """What an operation costs: `fields` that it may resolve, and `points` of the rate limits."""

    fields: int
    points: int

    @classmethod
    def of(cls, shape: Shape) -> "Price":
        """The price of a shape: a point for each root field, or for each 100 fields, whichever is more."""
        return cls(shape.cost, max(shape.root_fields, ceil(shape.cost / FIELDS_PER_POINT)))


class Refused(Exception):
    """A document that will not be executed, and why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


class Document:
    """A valid document, with what its operations may cost."""

    def __init__(self, schema: GraphQLSchema, node: DocumentNode, tokens: int) -> None:
        self.node = node
        self.bytes = tokens * BYTES_PER_TOKEN
        self._schema = schema
        self._operations: dict[int, Operation] = {}
        self._prices: dict[tuple[Any, ...], Price] = {}
        self._sized_by: dict[int, tuple[str, ...]] = {}
        for operation in node.definitions:
            if isinstance(operation, OperationDefinitionNode):
                sizes = Sizes(schema, operation, {})
                price = Price.of(Shape(schema, node, operation, sizes))
                self._operations[id(operation)] = Operation(node, operation)
                self._sized_by[id(operation)] = tuple(sorted(sizes.used))
                if not sizes.used:
                    self._prices[(id(operation),)] = price

    def operation(self, name: str | None, variables: Mapping[str, Any]) -> tuple[Operation, Price]:
        """The operation to execute, and its price.

        Raises `Refused` when there is no such one, or when it costs too much.
        """
        operation = get_operation_ast(self.node, name)
        if operation is None:
            raise Refused([bad_request("Say with `operationName` which operation of the document is meant.")])
        price = self._price(operation, variables)
        if price.fields > MAX_COST:
            raise Refused([limits.exceeded("cost", MAX_COST, price.fields)])
        return self._operations[id(operation)], price

    def _price(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Price:
        used = self._sized_by[id(operation)]
        if not used:
            return self._prices[(id(operation),)]
        key = (id(operation), *(_size(variables, name) for name in used))
        if key not in self._prices:
            if len(self._prices) >= MAX_PRICES:
                self._prices.pop(next(iter(self._prices)))
            sizes = Sizes(self._schema, operation, variables)
            self._prices[key] = Price.of(Shape(self._schema, self.node, operation, sizes))
        return self._prices[key]


def _size(variables: Mapping[str, Any], name: str) -> Hashable:
    """What a variable says about sizes: one text, an id, is like another."""
    if name not in variables:
        return "default"
    value = variables[name]
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | dict):
        return ("elements", elements(value))
    return (type(value), value)


class Documents:
    """The documents of a schema; the least recently used are forgotten. Invalid ones are not remembered."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known = Kept[str, Document](MAX_BYTES, lambda document: document.bytes, MAX_DOCUMENTS)

    def get(self, text: str) -> Document:
        """The document of a text. Raises `Refused` with everything that is wrong with it."""
        document = self._known.get(text)
        if document is None:
            document = self._prepare(text)
            self._known.keep(text, document)
        return document

    def _prepare(self, text: str) -> Document:
        try:
            node = parse(text, max_lexical_tokens=limits.MAX_TOKENS, max_comments=limits.MAX_COMMENTS)
            limits.check(node)
            document = Document(self._schema, node, sum(1 for _ in _tokens(node)))
        except GraphQLSyntaxError as error:
            raise Refused([_limit_of(error) or error]) from error
        except GraphQLError as error:
            raise Refused([error]) from error
        errors = validate(self._schema, node, RULES, max_errors=MAX_ERRORS)
        if errors:
            raise Refused(errors)
        return document


def _limit_of(error: GraphQLSyntaxError) -> GraphQLError | None:
    """The parser's own limits, told like the others."""
    if f"more than {limits.MAX_TOKENS} tokens" in error.message:
        return limits.exceeded("tokens", limits.MAX_TOKENS, limits.MAX_TOKENS + 1)
    if f"more than {limits.MAX_COMMENTS} comments" in error.message:
        return limits.exceeded("comments", limits.MAX_COMMENTS, limits.MAX_COMMENTS + 1)
    return None


def _tokens(node: DocumentNode) -> Iterator[Token]:
    token = node.loc.start_token if node.loc else None
    while token is not None:
        yield token
        token = token.next
