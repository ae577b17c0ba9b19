"""Settings of programs that know the tasks of `tests.slow_tasks` and the page of `tests.slow_urls`, too."""

from config.settings_test import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.slow_tasks"]
ROOT_URLCONF = "tests.slow_urls"
