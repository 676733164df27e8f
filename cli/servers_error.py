"""The refusal of whoever starts servers."""


class ServersError(Exception):
    """The servers cannot be started; the message is one line for people."""
