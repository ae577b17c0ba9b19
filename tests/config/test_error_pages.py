"""Whoever tries the product reads its own error pages, too, never those of Django."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from psycopg.errors import DiskFull

from config.environment import BASE_DIR
from config.unfinished import answer_failure

KEYS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
ASK = """
import django; django.setup()
from django.test import Client
answer = Client(raise_request_exception=False).get("/nowhere/at/all/", HTTP_HOST="127.0.0.1")
print(answer.status_code, answer.content.decode())
"""


def test_an_address_that_is_none_is_answered_in_chinese(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=BASE_DIR,
        env={
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "1",
            "EXPERTPOOL_HOME": str(tmp_path),
            "EXPERTPOOL_ENV": "/dev/null",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        }
        | dict.fromkeys(KEYS, "0123456789abcdef" * 4),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "URLconf" not in result.stdout
    assert "Traceback" not in result.stdout
    assert "<html" in result.stdout
    assert any(words in result.stdout for words in ("没有找到", "系统", "数据库"))


@pytest.mark.parametrize("whose", ["files", "database"])
def test_a_full_disk_is_named(rf: RequestFactory, whose: str) -> None:
    error = OSError(errno.ENOSPC, "No space left on device")
    try:
        if whose == "files":
            raise error
        raise OperationalError("could not extend file") from DiskFull()
    except (OSError, OperationalError):
        answer = answer_failure(rf.get("/"))
        told = answer_failure(rf.get("/", headers={"HX-Request": "true"}))
    assert answer.status_code == 503
    assert "磁盘已满" in answer.content.decode()
    assert "磁盘已满" in json.loads(told["HX-Trigger"])["toast"]["message"]
