"""Issue: a list that waits for its import lies on the disk; who copies the disk reads no phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.importing import runs
from expertpool.core.importing.reading import UnreadableFile
from expertpool.core.models import ImportRun
from expertpool.experts.services.importing import ExpertImporter

PHONE = "13912345678"


def upload(actor: User) -> ImportRun:
    table = f"姓名,手机号\n王小明,{PHONE}\n".encode()
    return runs.start_import(
        importer=ExpertImporter,
        upload=SimpleUploadedFile("名单.csv", table),
        options={},
        actor=actor,
        now=timezone.now(),
    )


def found_on_disk(text: str) -> list[Path]:
    files = (path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    return [path for path in files if text.encode() in path.read_bytes()]


@pytest.mark.shows("EXP-06")
def test_a_copy_of_the_disk_tells_no_phone(admin: User) -> None:
    run = upload(admin)
    assert run.upload_path.exists()
    assert found_on_disk(PHONE) == []
    runs.confirm_import(run=run, now=timezone.now())
    assert (run.state, run.accepted) == ("done", 1)
    assert not run.upload_path.exists()


def test_a_file_put_in_the_place_of_another_is_not_read(admin: User) -> None:
    """Nor one that was never uploaded, as who can write to the disk would put there."""
    mine, other = upload(admin), upload(admin)
    for content in (other.upload_path.read_bytes(), "姓名,手机号\n李四,139\n".encode()):
        mine.upload_path.write_bytes(content)
        with pytest.raises(UnreadableFile, match="请重新上传"):
            runs._rows(mine)
