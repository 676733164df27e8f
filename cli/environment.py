"""The settings a command works under."""

import os
from typing import TYPE_CHECKING

from cli.home import default_home, read_run_info

if TYPE_CHECKING:
    from domain.shared.settings import Settings


class SettingsError(Exception):
    """The settings are not usable; the message is one line for people."""


def load_settings() -> "Settings":
    """The environment's settings; where they name no database, those of the servers this user already runs.

    Raises SettingsError naming every setting that is wrong.
    """
    from pydantic import ValidationError

    from domain.shared.settings import Settings, settings

    try:
        named = Settings().model_fields_set
        run = read_run_info(default_home()) if "database_url" not in named else None
        if run:
            os.environ.update(run.environment)
        settings.cache_clear()
        return settings()
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}" for fault in error.errors())
        raise SettingsError("; ".join(faults)) from error
