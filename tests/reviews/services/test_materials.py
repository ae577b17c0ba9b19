"""A ZIP whose files belong to items by their numbers."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review
from expertpool.reviews.queries.materials import materials_of
from expertpool.reviews.queries.sheets import items_of
from expertpool.reviews.services import materials
from expertpool.reviews.services.materials import Taken, take_materials
from expertpool.reviews.services.organising import open_review
from tests.factories.scoring import make_review
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FILES = {
    "T-1 技术方案.txt": "方案".encode(),
    "材料/t-2/业绩.txt": "业绩".encode(),
    "T-10 别的.txt": b"other",
    "__MACOSX/T-1 x.txt": b"x",
    "T-2 程序.exe": b"MZ\x90\x00" + bytes(80),
}


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def take(review: Review, archive: io.BytesIO, actor: User) -> Taken:
    return take_materials(
        review=review, archive=archive, file_name="材料.zip", actor=actor, now=NOW
    )


def names_of(review: Review) -> dict[str, list[str]]:
    items = items_of(review)
    found = materials_of(items)
    return {one.number: [file.name for file in found.get(one.pk, [])] for one in items}


@pytest.mark.shows("OVW-11")
def test_files_find_their_items_by_number(operator: User) -> None:
    review = make_review(operator, now=NOW)
    done = take(review, zipped(FILES), operator)
    assert names_of(review) == {"T-1": ["T-1 技术方案.txt"], "T-2": ["业绩.txt"]}
    assert (done.attached, done.unmatched) == (2, ["T-10 别的.txt"])
    assert done.refused[0].startswith("T-2 程序.exe")
    assert Entry.objects.filter(action="review.materials").count() == 1
    again = take(review, zipped(FILES), operator)
    assert (again.attached, again.known) == (0, 2)


def test_names_of_windows_are_read(operator: User) -> None:
    review = make_review(operator, now=NOW)
    archive = zipped({"T-1 xxxx.txt": "方案".encode()}).getvalue()
    # As Windows writes it: GBK, and no word that it is UTF-8.
    old, new = b"T-1 xxxx.txt", "T-1 方案.txt".encode("gbk")
    assert len(old) == len(new)
    take(review, io.BytesIO(archive.replace(old, new)), operator)
    assert names_of(review)["T-1"] == ["T-1 方案.txt"]


def test_what_is_no_zip_is_too_large_or_late_is_refused(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = make_review(operator, now=NOW)
    with pytest.raises(ReviewRefused, match="打不开"):
        take(review, io.BytesIO(b"no zip at all"), operator)
    secret = bytearray(zipped(FILES).getvalue())
    secret[secret.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ReviewRefused, match="密码"):
        take(review, io.BytesIO(bytes(secret)), operator)
    monkeypatch.setattr(materials, "MOST_FILES", 3)
    with pytest.raises(ReviewRefused, match="太多"):
        take(review, zipped(FILES), operator)
    monkeypatch.undo()
    monkeypatch.setattr(materials, "MOST_BYTES", 8)
    with pytest.raises(ReviewRefused, match="解压后超过"):
        take(review, zipped(FILES), operator)
    monkeypatch.undo()
    open_review(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="已经开始"):
        take(review, zipped(FILES), operator)


def test_the_page_says_what_became_of_them(operator: User, client: Client) -> None:
    review = make_review(operator, now=NOW)
    login(client, operator)
    page = reverse("reviews:materials", args=[review.pk])
    assert "按编号对应" in client.get(page).content.decode()
    upload = SimpleUploadedFile("材料.zip", zipped(FILES).getvalue())
    done = client.post(page, {"archive": upload}, HTTP_HX_REQUEST="true")
    assert done.status_code == 204
    told = done.headers["HX-Trigger"].encode().decode("unicode_escape")
    assert "已附 2 个文件" in told
    assert "没有对应的评审对象" in told


def test_a_list_of_a_million_files_is_not_read(operator: User, monkeypatch: Any) -> None:
    """It took half a minute and half a gigabyte before anything was refused."""
    review = make_review(operator, now=NOW)
    one = b"PK\x01\x02" + bytes(24) + b"\x01" + bytes(17) + b"a"
    many = one * 50_000
    ends = (
        b"PK\x05\x06" + bytes(8) + len(many).to_bytes(4, "little") + bytes(6),
        b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + bytes(18),
        b"PK\x05\x06" + bytes(8) + len(many).to_bytes(4, "little") + bytes(4) + b"\x01\0x",
    )

    def read(*_: object) -> None:
        raise AssertionError("its list was read")

    monkeypatch.setattr(materials.zipfile, "ZipFile", read)
    for end in ends:
        with pytest.raises(ReviewRefused, match="太多"):
            take(review, io.BytesIO(many + end), operator)


def test_one_name_in_two_folders_is_attached_once(operator: User) -> None:
    review = make_review(operator, now=NOW)
    taken = take(review, zipped({"T-1/方案.txt": b"a", "旧/T-1/方案.txt": b"b"}), operator)
    assert (taken.attached, taken.known) == (1, 1)
