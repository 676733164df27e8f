"""The GraphQL face of lending: products, quotes, loans."""
