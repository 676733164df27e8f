"""Who is who: users, sessions, access tokens, identity checks, documents and consents."""
