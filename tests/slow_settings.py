"""Settings of programs that know the tasks of `tests.slow_tasks` and the page of `tests.slow_urls`, too."""

from config.database import database_settings
from config.settings_test import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.slow_tasks"]
# The settings of tests write over how long a statement of this process may take.
OPTIONS = DATABASES["default"]["OPTIONS"]  # noqa: F405
OPTIONS["options"] += " " + database_settings()["OPTIONS"].get("options", "")
ROOT_URLCONF = "tests.slow_urls"
