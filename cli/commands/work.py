"""kalends work"""

from cli.environment import load_settings


def command() -> None:
    """Do the work between requests.

    Events, debits, deadlines, mails. Run as many workers as you like; each job is done once.
    """
    from workers.main import run

    run(load_settings())
