"""Differences of the test settings from `settings.py`, nothing else."""

import os

os.environ["DEBUG"] = "1"

from config.settings import *  # noqa: F403
from config.settings import STORAGES

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
DEV_PAGES = True
