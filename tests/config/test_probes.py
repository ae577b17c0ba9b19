"""Who asks a process whether it serves knows its address and its port, and no more."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-01")]
PROBES = ("/health/", "/health/live/", "/health/ready/")


@pytest.fixture(autouse=True)
def deployed(settings: Settings) -> None:
    """As docs/operations/install.md has it, behind a proxy."""
    settings.SITE_URL = "https://pool.example.cn"
    settings.ALLOWED_HOSTS = ["pool.example.cn"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "10.8.0.20:8000", "app1", ""])
@pytest.mark.parametrize("path", PROBES)
def test_a_probe_is_answered_by_whatever_name_it_comes(path: str, host: str) -> None:
    answer = Client().get(path, HTTP_HOST=host)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_pages_are_asked_for_by_our_name_and_by_https_alone() -> None:
    by_address = Client().get("/login/", secure=True, HTTP_HOST="127.0.0.1:8000")
    plain = Client().get("/login/", HTTP_HOST="pool.example.cn")
    below = Client().get("/health/live/more/", HTTP_HOST="127.0.0.1:8000")
    assert (by_address.status_code, below.status_code) == (400, 400)
    assert (plain.status_code, plain["Location"]) == (301, "https://pool.example.cn/login/")
