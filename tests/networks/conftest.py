from __future__ import annotations

from collections.abc import Iterator

import pytest

from expertpool.networks.queries import KEPT


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What the process knows of blocked addresses ends with the test, as its rows do."""
    yield
    KEPT.forget()
