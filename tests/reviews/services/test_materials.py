"""A ZIP whose files belong to items by their numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.bulk import FOLDER, remove_expired_runs, work_off
from expertpool.core.models import BulkRun
from expertpool.core.models.bulk import BulkState
from expertpool.core.storing import store
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review
from expertpool.reviews.queries.materials import materials_of
from expertpool.reviews.queries.sheets import items_of
from expertpool.reviews.services import materials
from expertpool.reviews.services.materials import send_materials
from expertpool.reviews.services.organising import open_review
from tests.factories.scoring import make_review
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
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


def send(review: Review, archive: io.BytesIO, actor: User) -> BulkRun:
    return send_materials(
        review=review, archive=archive, file_name="材料.zip", actor=actor, now=NOW
    )


def take(review: Review, archive: io.BytesIO, actor: User) -> BulkRun:
    """The run, as the worker has done it."""
    run = send(review, archive, actor)
    work_off(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    return run


def sent() -> list[str]:
    return [one.name for one in store.below(f"{FOLDER}/")]


def names_of(review: Review) -> dict[str, list[str]]:
    items = items_of(review)
    found = materials_of(items)
    return {one.number: [file.name for file in found.get(one.pk, [])] for one in items}


@pytest.mark.shows("OVW-11")
def test_files_find_their_items_by_number(operator: User) -> None:
    review = make_review(operator, now=NOW)
    run = send(review, zipped(FILES), operator)
    assert (run.state, run.total, len(sent())) == (BulkState.QUEUED, 2, 1)
    work_off(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert names_of(review) == {"T-1": ["T-1 技术方案.txt"], "T-2": ["业绩.txt"]}
    assert (run.state, run.said) == (BulkState.DONE, "这些评审对象现在共有 2 个材料。")
    assert run.refused[0] == ["T-10 别的.txt", "没有对应的评审对象"]
    assert run.refused[1][0] == "T-2 程序.exe"
    assert sent() == []
    assert Entry.objects.filter(action="review.materials").count() == 1
    again = take(review, zipped(FILES), operator)
    assert again.said == "这些评审对象现在共有 2 个材料。"


def test_nothing_is_taken_of_another_file_or_by_who_may_no_more(operator: User) -> None:
    review = make_review(operator, now=NOW)
    run = send(review, zipped(FILES), operator)
    (name,) = sent()
    store.replace(name, zipped({"T-1 别的方案.txt": b"forged"}).getvalue())
    work_off(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == BulkState.FAILED
    run = send(review, zipped(FILES), operator)
    open_review(review=review, actor=operator, now=NOW)
    work_off(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.did_nothing
    assert "已经开始" in run.refused[1][1]
    assert names_of(review) == {"T-1": [], "T-2": []}


def test_what_is_left_in_the_store_is_swept_away(operator: User) -> None:
    review = make_review(operator, now=NOW)
    run = send(review, zipped(FILES), operator)
    remove_expired_runs(now=run.expires_at - timedelta(seconds=1))
    assert len(sent()) == 1
    remove_expired_runs(now=run.expires_at + timedelta(days=1))
    assert sent() == []


def test_a_broken_file_leaves_the_others(operator: User) -> None:
    review = make_review(operator, now=NOW)
    broken = bytearray(zipped({"T-1 a.txt": b"first", "T-2 b.txt": b"second"}).getvalue())
    broken[broken.index(b"first")] ^= 1
    run = take(review, io.BytesIO(bytes(broken)), operator)
    assert run.refused == [["T-1 a.txt", "ZIP 里的这个文件已损坏。"]]
    assert names_of(review) == {"T-1": [], "T-2": ["T-2 b.txt"]}
    assert len(run.made) == 1


def test_an_item_whose_only_file_is_refused_is_not_said_to_be_done(operator: User) -> None:
    """It was, where it had a file from before."""
    review = make_review(operator, now=NOW)
    take(review, zipped(FILES), operator)
    run = take(review, zipped({"T-1 程序.exe": b"MZ"}), operator)
    assert run.did_nothing
    assert [name for name, _ in run.refused] == ["T-1 程序.exe"]


@pytest.mark.parametrize(
    ("name", "encoding"),
    # What is GBK here would be Ŀ¼ in UTF-8.
    [("方案", "gbk"), ("目录", "gbk"), ("技术方案（甲公司）", "utf-8")],
)
def test_names_of_windows_and_of_a_mac_are_read(operator: User, name: str, encoding: str) -> None:
    review = make_review(operator, now=NOW)
    # As they write it: without a word of how the name is written.
    new = f"T-1 {name}.txt".encode(encoding)
    old = b"T-1 ".ljust(len(new) - 4, b"x") + b".txt"
    archive = zipped({old.decode(): b"text"}).getvalue()
    take(review, io.BytesIO(archive.replace(old, new)), operator)
    assert names_of(review)["T-1"] == [f"T-1 {name}.txt"]


def test_what_is_no_zip_is_too_large_or_late_is_refused(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = make_review(operator, now=NOW)
    with pytest.raises(ReviewRefused, match="没有一个文件对应评审对象的编号：别的"):
        take(review, zipped({"别的.txt": b"a"}), operator)
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
    run = BulkRun.objects.get()
    assert done.headers["HX-Redirect"] == reverse("core:bulk_run", args=[run.pk])
    work_off(run_id=run.pk, now=NOW)
    told = client.get(done.headers["HX-Redirect"]).content.decode()
    assert "已办理 2 项" in told
    assert "没有对应的评审对象" in told
    upload = SimpleUploadedFile("材料.zip", zipped({"别的.txt": b"a"}).getvalue())
    done = client.post(page, {"archive": upload}, HTTP_HX_REQUEST="true")
    assert done.status_code == 422


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
    assert taken.said == "这些评审对象现在共有 1 个材料。"
