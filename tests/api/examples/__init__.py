"""The examples against the running product: what their users do with them."""
