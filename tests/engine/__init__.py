"""The compiling executor against graphql-core, on a small library of its own."""
