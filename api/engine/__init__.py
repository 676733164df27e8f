"""A compiling executor for strawberry schemas over PostgreSQL: one declaration per field, two executors.

Types say what they are made of (`rows`, `column`, `composed`, `one`, `many`), resolvers may answer with reads that are
asked for but not done (`reference`, `page_of`). `Executor` compiles each operation once into a plan that reads a whole
level by one statement, with only the columns selected, and shapes it by code written for the selection; what it cannot
compile, and everything that goes wrong, graphql-core answers from the same declarations.
"""

from api.engine.connections import After, Connection, First, connection, decode, encode
from api.engine.declarations import Composite, column, composed, key, many, one
from api.engine.executor import Executor, Operation
from api.engine.reads import Reader, page_of, reference
from api.engine.registry import row_type_by_prefix, rows

__all__ = [
    "After",
    "Composite",
    "Connection",
    "Executor",
    "First",
    "Operation",
    "Reader",
    "column",
    "composed",
    "connection",
    "decode",
    "encode",
    "key",
    "many",
    "one",
    "page_of",
    "reference",
    "row_type_by_prefix",
    "rows",
]
