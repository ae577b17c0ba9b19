"""An empty database begins with the tables that its migrations would have made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.environment import BASE_DIR
from tools.tables import TARGET

MOST_AFTER = 40  # migrations that a first start goes through besides, a tenth of a second each
# What a new database is, once `made`.
LOOK = """
import django
from config.database import database_running
django.setup()
from django.core.management import call_command
from tools.tables import dump, migrate_each
with database_running(durable=False):
    {made}
    print(dump("--schema-only"))
"""

# PostgreSQL writes a list of words otherwise once it has read what it wrote.
SAID_TWICE = re.compile(r"::(text\[\]|text|character varying)|[()]")


def tables(made: str) -> list[str]:
    with TemporaryDirectory(prefix="expertpool-test-") as home:
        Path(home).chmod(0o755)
        changes = {
            "EXPERTPOOL_HOME": f"{home}/var",
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
        }
        code = LOOK.format(made=made)
        command = [sys.executable, "-c", code]
        looked = subprocess.run(
            command,
            cwd=BASE_DIR,
            env=os.environ | changes,
            capture_output=True,
            text=True,
            check=False,
        )
    assert looked.returncode == 0, looked.stderr
    return SAID_TWICE.sub("", looked.stdout).splitlines()


@pytest.mark.timeout(600)  # each migration, one after the other
def test_they_are_those_of_the_migrations() -> None:
    at_once = tables('call_command("migrate", verbosity=0, interactive=False)')
    one_by_one = tables("migrate_each()")
    assert len(at_once) > 1000
    assert not list(unified_diff(one_by_one, at_once, lineterm="", n=2))


def test_few_migrations_come_after_them() -> None:
    known = {(path.parts[-3], path.stem) for path in BASE_DIR.glob("expertpool/*/migrations/0*.py")}
    within = set(
        re.findall(r"^    \('(\w+)', '(\w+)', now\(\)\)", TARGET.read_text(), re.MULTILINE)
    )
    assert len(known - within) <= MOST_AFTER, "run `make tables`: a first start takes long without"
