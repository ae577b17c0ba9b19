"""What is sent to the second place is read back: of a server that keeps other bytes nobody would hear before the day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from expertpool.audit.models import Entry
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.services import elsewhere
from expertpool.backups.services.nightly import _copy
from expertpool.core.storing.local import LocalStore
from tests.backups.conftest import AT, Made

pytestmark = pytest.mark.django_db


class Bending(LocalStore):
    """Keeps other bytes than it was given, as many."""

    def _save(self, name: str, content: Any) -> str:
        kept = content.read()
        return super()._save(name, ContentFile(kept[:-1] + bytes([kept[-1] ^ 1])))


@pytest.mark.parametrize("name", ["LocalStore", "Bending"])
def test_what_is_kept_there_is_what_was_sent(
    made: Made, settings: Any, tmp_path: Path, name: str
) -> None:
    place = "expertpool.core.storing.local" if name == "LocalStore" else __name__
    there = {"BACKEND": f"{place}.{name}", "OPTIONS": {"location": tmp_path / "s3"}}
    settings.STORAGES = {**settings.STORAGES, "backups": there}
    settings.BACKUP_S3 = "s3://there"
    if name == "LocalStore":
        assert elsewhere.send(made.directory) > 0
        return
    with pytest.raises(BackupRefused, match="与送去的不同，已删除"):
        elsewhere.send(made.directory)
    assert not [path for path in (tmp_path / "s3").rglob("*") if path.is_file()]
    _copy(made.directory, [], now=AT)
    assert "与送去的不同" in Entry.objects.get(action="backup.amiss").after["说明"]
