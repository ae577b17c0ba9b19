from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.webhooks.receiver import Receiver


@pytest.fixture
def allowed(settings: Settings) -> None:
    """Let events go to this machine, as an operator would."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.0/8", "localhost"]


@pytest.fixture
def receiver(allowed: None) -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
