from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> None:
    """Files of imports lie in a place of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"
