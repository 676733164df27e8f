"""What decides in the payments context, without a database."""
