"""A department as the subject of files: everybody who manages departments may, auditors look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from expertpool.accounts.models import Department
from expertpool.files import policies
from tests.factories.accounts import make_department


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def subject(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Department]:
    monkeypatch.setattr(policies, "_policies", dict(policies._policies))
    policies.register_subject(
        "accounts.department",
        may_view=lambda user, pk: (
            user.has_permission("accounts.departments") or user.has_permission("audit.view")
        ),
        may_edit=lambda user, pk: user.has_permission("accounts.departments"),
    )
    return make_department()
