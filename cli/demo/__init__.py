"""kalends demo: real loan applications through their whole life, as everybody concerned would do it over the API."""

import asyncio
import os
from pathlib import Path

from rich.console import Console

from cli.demo import marker, stage
from cli.demo.marker import Story
from cli.demo.progress import Show
from cli.embedded import stop_leftovers
from cli.home import lock, prepare, server_account
from cli.servers_error import ServersError
from cli.supervisor import signals_end_the_block


def run(*, once: bool, fresh: bool, applications: int, months: int, port: int) -> None:
    """Tell the story, or find it told; show what came of it; then serve until interrupted, unless `once`.

    Raises ServersError or DemoError, each with one line for people.
    """
    home, show = stage.demo_home(), Show(Console())
    stage.require_free(port)
    with signals_end_the_block():
        told = _what_was_told(home, fresh, show)
        with stage.stage(home, port) as setting:
            if not told:
                story = _tell(setting, home, Story(marker.BEGUN, applications, months), show)
            else:
                story = told
                setting.platform.start(workers=stage.WORKERS)
                show.say(
                    f"Here is the story of {told.applications:,} applications over {told.months} months, told before; "
                    "--fresh tells it anew."
                )
            if story.applications:
                _show_outcome(setting, show)
            if not once:
                _invite(setting, story, show)
                setting.stay()


def _what_was_told(home: Path, fresh: bool, show: Show) -> Story | None:
    """The complete story in the home, if there is one to go on with; else the home is cleared."""
    story = marker.read(home) if not fresh else None
    if story and story.state == marker.COMPLETE:
        return story
    if os.environ.get("DATABASE_URL") and fresh:
        raise ServersError("the demo does not empty the database that DATABASE_URL names: name an empty one")
    if story:
        show.say("The last demo was interrupted before its end: beginning anew.")
    prepare(home, server_account())
    with lock(home):
        stop_leftovers(home)
        stage.clear(home)
    return None


def _tell(setting: stage.Stage, home: Path, story: Story, show: Show) -> Story:
    from cli.demo.story.telling import tell

    if not stage.start_clock(setting):
        raise ServersError("the database is not empty: name an empty one, or unset DATABASE_URL")
    marker.write(home, story)
    setting.platform.start(workers=stage.WORKERS)
    complete = asyncio.run(tell(setting, story, show))
    marker.write(home, complete)
    return complete


def _show_outcome(setting: stage.Stage, show: Show) -> None:
    from cli.demo.outcome import outcome

    asyncio.run(outcome(setting.platform.url, show))
    show.say(setting.kalends("verify-ledger").strip().splitlines()[-1])


def _invite(setting: stage.Stage, story: Story, show: Show) -> None:
    from cli.demo.invitation import invitation

    show.say(invitation(setting.platform.url, setting.platform.sandbox_url, story))
