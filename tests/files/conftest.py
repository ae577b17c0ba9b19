"""A department as the subject of files: everybody who manages departments may, auditors look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from expertpool.accounts.models import Department
from expertpool.files.registry import FILE_SUBJECTS, FileSubject
from tests.factories.accounts import make_department


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def subject(db: None) -> Iterator[Department]:
    files = FileSubject(
        "accounts.department",
        may_view=lambda user, pk: (
            user.has_permission("accounts.departments") or user.has_permission("audit.view")
        ),
        may_edit=lambda user, pk: user.has_permission("accounts.departments"),
    )
    with FILE_SUBJECTS.holding(files):
        yield make_department()
