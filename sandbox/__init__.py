"""The other side of the platform's providers: a bank, an identity provider and a mail sink, as one process.

It knows nothing of the platform: everything passes through HTTP, signed webhooks and SMTP.
"""
