"""A deployment has no style guide."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import BASE_DIR

KEYS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
ASK = """
import django; django.setup()
from django.apps import apps
from django.urls import Resolver404, resolve
try:
    found = resolve("/styleguide/").view_name
except Resolver404:
    found = ""
print(apps.is_installed("expertpool.styleguide"), found)
"""


@pytest.mark.parametrize(("debug", "answer"), [("1", "True styleguide:guide"), ("0", "False")])
def test_only_development_has_the_style_guide(debug: str, answer: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=BASE_DIR,
        env={
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": debug,
            "EXPERTPOOL_HOME": str(tmp_path),
            "EXPERTPOOL_ENV": "/dev/null",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        }
        | dict.fromkeys(KEYS, "0123456789abcdef" * 4),
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == answer
