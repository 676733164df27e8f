"""The GraphQL face of what happens: a loan's timeline, a user's news, live or read back."""
