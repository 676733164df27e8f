"""The GraphQL face of credit: facts, decisions and their reasons."""
