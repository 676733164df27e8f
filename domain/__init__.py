"""The business: what lending means, what is allowed, what happens; nothing of GraphQL, HTTP or queues."""
