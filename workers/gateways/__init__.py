"""The platform's only outbound network code: one gateway per provider, plain data in and out, no business in them."""
