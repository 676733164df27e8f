"""A compiling executor for strawberry schemas over PostgreSQL: one declaration per field, two executors.

Types say what they are made of (`rows`, `column`, `composed`, `one`, `many`), resolvers may answer with reads that are
asked for but not done (`reference`, `page_of`). `Executor` compiles each operation once into a plan that reads a whole
level by one statement, with only the columns selected, and shapes it by code written for the selection; what it cannot
compile, and everything that goes wrong, graphql-core answers from the same declarations.
"""

from api.engine.audience import SHARED, Sharing
from api.engine.connections import ORDER_BY_ID, After, Connection, First, Order, check_first, connection, decode, encode
from api.engine.declarations import Composite, Part, column, composed, every, key, many, one
from api.engine.executor import Begun, Executor, Operation
from api.engine.kept import Kept
from api.engine.reads import Reader, existing, page_of, reference
from api.engine.registry import row_type_by_prefix, rows
from api.engine.wires import Wire

__all__ = [
    "ORDER_BY_ID",
    "SHARED",
    "After",
    "Begun",
    "Composite",
    "Connection",
    "Executor",
    "First",
    "Kept",
    "Operation",
    "Order",
    "Part",
    "Reader",
    "Sharing",
    "Wire",
    "check_first",
    "column",
    "composed",
    "connection",
    "decode",
    "encode",
    "every",
    "existing",
    "key",
    "many",
    "one",
    "page_of",
    "reference",
    "row_type_by_prefix",
    "rows",
]
