"""The API: everything GraphQL and HTTP. It knows the domain; the domain does not know it."""
