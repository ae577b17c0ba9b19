from __future__ import annotations

from collections.abc import Iterator

import pytest

from expertpool.monitoring.services.buffer import BUFFER


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    """What other tests opened in this process is none of these."""
    BUFFER._waiting.clear()
    yield
    BUFFER._waiting.clear()
