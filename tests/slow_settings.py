"""Settings of a worker that knows the tasks of `tests.slow_tasks`, too."""

from config.settings_test import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.slow_tasks"]
