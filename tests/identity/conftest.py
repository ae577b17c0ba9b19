from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.identity.peers import LyingProvider, set_up


@pytest.fixture
def peer(settings: Settings) -> Iterator[LyingProvider]:
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    with LyingProvider() as running:
        set_up(running.issuer, match="username")
        yield running
