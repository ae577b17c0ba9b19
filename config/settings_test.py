"""Differences of the test settings from `settings.py`, nothing else."""

import os
from pathlib import Path

os.environ["DEBUG"] = "1"
os.environ["EXPERTPOOL_ENV"] = os.devnull  # a developer's .env does not change a test
os.environ.setdefault("EXPERTPOOL_HOME", str(Path(__file__).resolve().parent.parent / "var/test"))

from config.postgres import SUPERUSER
from config.settings import *  # noqa: F403
from config.settings import DATABASES, LOGGING, STORAGES

if not os.environ.get("DATABASE_URL"):
    # Tests make databases, and empty tables that nothing else may; the programs they start do not.
    DATABASES["default"]["USER"] = SUPERUSER
# A thread that a test left behind in a transaction would keep the next test from emptying the
# tables for ever; a test itself ends after 180 s.
DATABASES["default"]["OPTIONS"] |= {"options": "-c idle_in_transaction_session_timeout=150s"}
# Fast, since hundreds of tests make users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
CLAMD = ""
OFFICE_PREVIEW = False  # the same on every machine
DEV_PAGES = True
KEPT_HEAD = None  # the databases of tests come and go
TRIAL = False
MONITORING_BACKGROUND = False  # written when a test says so
NETWORK_RULES_SECONDS = 0  # read when a test says so: it counts the statements of a page
WHITENOISE_AUTOREFRESH = True  # nothing is collected for tests
LOGGING["root"] = {"handlers": ["console"], "level": "WARNING"}  # the last lines are of no use
