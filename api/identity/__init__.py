"""Users, sessions, access tokens, documents and consents, identity checks."""
