"""Identity, over HTTP."""
