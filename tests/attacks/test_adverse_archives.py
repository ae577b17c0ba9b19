"""Materials of a review come in a ZIP that somebody made to be read badly: it is refused, or what belongs to no item, or is not
what its name says, is left out; nothing answers 500, and none takes long."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.bulk import work_off
from expertpool.core.models import BulkRun
from expertpool.reviews.queries.materials import materials_of
from expertpool.reviews.queries.sheets import items_of
from tests.factories.scoring import make_review
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PDF = b"%PDF-1.4\n%%EOF\n" * 9
LONGEST = 5  # seconds of the processor, upload and work


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def adverse() -> Iterator[bytes]:
    outside = ("../../T-1/x.pdf", "/etc/T-1.pdf", "C:\\T-1\\x.pdf", "T-1/..", "T-1/con.")
    yield zipped(dict.fromkeys(outside, PDF))
    yield zipped({"T-1/\u202efdp.exe": b"MZ", "T-1/a\nb.pdf": PDF, "T-1/ .pdf": b""})
    yield zipped({"T-1/" + "长" * 20_000 + ".pdf": PDF, "a/" * 30_000 + "T-1.pdf": PDF})
    yield zipped({f"T-1/{'ﷺ' * 200}{at}.pdf": b"x" for at in range(1000)})
    good = zipped({"T-1/x.pdf": PDF})
    yield good[:-10]
    yield good.replace(b"x.pdf", b"\x00.pdf")
    yield good.replace(b"x.pdf", b"\xff.pdf").replace(b"\x14\x00\x00\x00", b"\x14\x00\x00\x08")
    yield from (b"PK\x05\x06" * 100, b"PK\x05\x06" + bytes(18), b"")


def test_no_archive_of_materials_stops_anything_or_leads_elsewhere(
    admin: User, operator: User
) -> None:
    review = make_review(operator, now=timezone.now())
    client = login(Client(), admin)
    address, said = reverse("reviews:materials", args=[review.pk]), []
    for content in adverse():
        began = time.thread_time()
        answer = client.post(address, {"archive": SimpleUploadedFile("材料.zip", content)})
        said.append(answer.status_code)
        for run in BulkRun.objects.filter(finished_at__isnull=True):
            work_off(run_id=run.pk, now=timezone.now())
            run.refresh_from_db()
            assert run.state == "done"
        assert time.thread_time() - began < LONGEST
    assert set(said) <= {200, 302, 422}
    assert said.count(422) >= 6
    names = {one.name for files in materials_of(items_of(review)).values() for one in files}
    assert not {one for one in names if "/" in one or "\\" in one or not one.isprintable()}
