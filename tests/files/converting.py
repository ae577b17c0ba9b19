"""A converter of Office files that plays LibreOffice and its cage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expertpool.core.documents import office

# It plays the cage and what runs in it: it writes what LibreOffice would into the folder that it was given.
PROGRAM = """#!/bin/sh
for one in "$@"; do
  test "$before" = --bind && room="${{room:-$one}}"
  test "$one" = soffice && {script}
  before="$one"
done
exit {code}
"""
MADE = """printf '%%PDF-1.4 laid out' > "$room/in.pdf" """


@pytest.fixture
def converter(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Install one that does ``script``; its cage holds where ``code`` is 0."""
    settings.OFFICE_PREVIEW = True
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def install(script: str = MADE, code: int = 0) -> None:
        for name in ("soffice", "bwrap", "prlimit"):
            program = tmp_path / name
            program.write_text(PROGRAM.format(script=script, code=code))
            program.chmod(0o755)
        office._is_found.cache_clear()

    yield install
    office._is_found.cache_clear()
