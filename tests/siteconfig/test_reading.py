"""A change counts at once in every process, at one query for each request or job."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.worker import reading_settings_once
from expertpool.accounts.models import User
from expertpool.core.configuration import read_once, value_of
from expertpool.core.settings import SITE_NAME
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.siteconfig.conftest import KEPT, NAME

ROOT = Path(__file__).resolve().parents[2]
# Another process: says the name of the site for every line that it reads.
OTHER = """
import sys, django
django.setup()
from expertpool.core.configuration import read_once, value_of
from expertpool.core.settings import SITE_NAME
for line in sys.stdin:
    with read_once():
        print(value_of(SITE_NAME), value_of(SITE_NAME), flush=True)
"""


@pytest.mark.django_db
def test_a_block_reads_once_whatever_it_asks(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1), read_once():
        assert [value_of(NAME), value_of(KEPT), value_of(NAME)]
    with django_assert_num_queries(2):  # elsewhere nothing is kept
        assert [value_of(NAME), value_of(NAME)]


@pytest.mark.django_db
def test_a_block_inside_another_reads_nothing_again(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1), read_once():
        assert value_of(NAME)
        with read_once():
            assert value_of(KEPT)
        assert value_of(NAME)  # nor is what was read lost


@pytest.mark.django_db
def test_the_next_block_sees_what_has_changed_and_the_writer_does_at_once() -> None:
    with read_once():
        assert value_of(NAME) == "默认名"
        configure(NAME, "甲")
        assert value_of(NAME) == "甲"
    assert value_of(NAME) == "甲"


@pytest.mark.django_db
def test_a_job_reads_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        values = reading_settings_once(lambda: [value_of(NAME), value_of(KEPT)], None, None)
    assert values == [NAME.default, KEPT.default]


@pytest.mark.django_db
def test_a_page_reads_once(client: Client, admin: User, django_assert_max_num_queries: Any) -> None:
    login(client, admin)
    configure(SITE_NAME, "城建专家库")
    with django_assert_max_num_queries(50) as asked:
        page = client.get("/settings/").content.decode()
    assert page.count("城建专家库") >= 3
    reads = [one for one in asked.captured_queries if 'FROM "siteconfig_stored' in one["sql"]]
    assert len(reads) == 1


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_a_change_with_its_next_request(admin: User) -> None:
    at = connection.settings_dict
    user, password = quote(at["USER"]), quote(at["PASSWORD"])
    host = quote(at["HOST"], safe="")
    url = f"postgres://{user}:{password}@:{at['PORT']}/{at['NAME']}?host={host}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    with subprocess.Popen(
        [sys.executable, "-c", OTHER],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdin
        assert other.stdout

        def ask() -> str:
            other.stdin.write("?\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        try:
            assert ask() == "专家库综合管理系统 专家库综合管理系统"
            for name in ("城建专家库", "交通专家库"):
                save_settings(
                    group=SITE_NAME.group,
                    values={SITE_NAME.code: name},
                    version=version_of(SITE_NAME.group),
                    actor=admin,
                    now=timezone.now(),
                )
                assert ask() == f"{name} {name}"
        finally:
            other.kill()
