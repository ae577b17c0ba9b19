"""Whoever has a copy of the disk and of the database reads no attachment, recording or layout without the keys; who
writes to both puts no file in the place of another (docs/decisions/0614)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.bulk import FOLDER as RUNS
from expertpool.core.storing import store
from expertpool.core.storing.sealed import PIECE_BYTES
from expertpool.core.waiting import FileGone
from expertpool.draws.exceptions import RecordingRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.recordings import parts_of
from expertpool.draws.services.recordings import append_part, finish_recording
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import opened
from expertpool.files.services import attach, copy_attachment
from expertpool.files.services.layout import FOLDER as LAYOUTS
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.scoring import make_review
from tests.files.samples import ACCEPTED, PDF
from tests.files.test_preview import open_page, word
from tests.fixtures import login
from tests.reviews.services.test_materials import send as send_materials
from tests.reviews.services.test_materials import zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()
WORDS = "王小明的承诺书"
FILM = b"\x1a\x45\xdf\xa3" + os.urandom(3 * PIECE_BYTES)


@pytest.fixture(params=["intl", "gm"], autouse=True)
def suite(request: pytest.FixtureRequest, settings: Any) -> None:
    settings.CRYPTO_SUITE = request.param


@pytest.fixture
def project(db: None) -> Any:
    return make_project()


@pytest.fixture
def draw(db: None) -> Draw:
    make_expert()
    return make_draw(now=NOW, seats=1)


def kept(subject: Any, content: bytes, name: str = "承诺书.pdf") -> Attachment:
    return attach(
        subject=subject,
        uploaded_file=SimpleUploadedFile(name, content),
        actor=None,
        now=NOW,
    )


def read(attachment: Attachment) -> bytes:
    with opened(Attachment.objects.get(pk=attachment.pk)) as file:
        content: bytes = file.read()
    return content


def stored(attachment: Attachment) -> bytes:
    with store.open(str(attachment.file.name)) as file:
        content: bytes = file.read()
    return content


def on_disk() -> dict[str, bytes]:
    root = Path(site.MEDIA_ROOT)
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.shows("EXP-38")
def test_a_copy_of_the_disk_shows_no_file(project: Any) -> None:
    """Of none it shows the first bytes, by which its kind is known, nor any others."""
    files = []
    for content in ACCEPTED.values():
        one = kept(project, content, "文件")
        copy = copy_attachment(attachment=one, to=project, actor=None, now=NOW)
        assert (read(one), read(copy)) == (content, content)
        assert one.file_key != copy.file_key
        files += [one, copy]
    found = on_disk()
    assert sorted(found) == sorted(str(one.file.name) for one in files)
    for name, lies in found.items():
        assert name.endswith(".sealed")
        assert not [content for content in ACCEPTED.values() if content[:12] in lies]
        assert not [content for content in ACCEPTED.values() if content[-16:] in lies]


def test_neither_what_a_browser_is_still_sending_nor_the_layout_nor_an_archive(
    draw: Draw, operator: User, converter: Any, client: Client, admin: User
) -> None:
    recording = uuid4()
    append_part(draw=draw, recording=recording, offset=0, content=FILM, actor=operator)
    converter()
    office = kept(draw.project, word(f"<w:p><w:r><w:t>{WORDS}</w:t></w:r></w:p>"), "承诺书.docx")
    open_page(login(client, admin), office)
    inside = zipped({"T-1 方案.txt": WORDS.encode()})
    send_materials(make_review(operator, now=NOW), inside, operator)
    found = on_disk()
    places = {name.partition("/")[0] for name in found}
    assert places == {"attachments", LAYOUTS, RUNS}
    for lies in found.values():
        assert not [
            said for said in (FILM[:64], WORDS.encode(), b"laid out", b"T-1 ") if said in lies
        ]
    made = finish_recording(draw=draw, recording=recording, actor=operator, now=NOW)
    assert read(made) == FILM


@pytest.mark.parametrize("at", [0, 8, 20, 28, 5_000, 28 + PIECE_BYTES + 20, -1])
def test_an_altered_byte_is_refused(project: Any, at: int) -> None:
    film = kept(project, FILM, "录屏.webm")
    lies = bytearray(stored(film))
    lies[at] ^= 1
    store.replace(str(film.file.name), bytes(lies))
    with pytest.raises(FileRefused, match="被改动过，或不在它原来的位置"):
        read(film)
    with pytest.raises(FileRefused):
        copy_attachment(attachment=film, to=project, actor=None, now=NOW)


def test_whoever_opens_an_altered_file_is_told(project: Any, client: Client, admin: User) -> None:
    file = kept(project, PDF)
    store.replace(str(file.file.name), PDF)  # the very same, in clear
    answer = login(client, admin).get(f"/files/{file.pk}/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "被改动过" in answer["HX-Trigger"].encode().decode("unicode_escape")


def test_exchanged_files_are_refused(project: Any) -> None:
    one, other = kept(project, PDF), kept(project, PDF + b"other")
    mine, his = stored(one), stored(other)
    store.replace(str(one.file.name), his)
    store.replace(str(other.file.name), mine)
    for file in (one, other):
        with pytest.raises(FileRefused, match="被改动过"):
            read(file)


def exchange_keys(one: Attachment, other: Attachment) -> None:
    write("file_key = (SELECT file_key FROM files_attachment WHERE id = %s)", one, other.pk)


def exchange_names(one: Attachment, other: Attachment) -> None:
    write("file = (SELECT file FROM files_attachment WHERE id = %s)", one, other.pk)


def exchange_all(one: Attachment, other: Attachment) -> None:
    said = "(file, file_key, proof) = (SELECT file, file_key, proof FROM files_attachment WHERE id = %s)"
    write(said, one, other.pk)


def empty_key(one: Attachment, other: Attachment) -> None:
    """As if it lay in clear since before, and a file in clear put in its place."""
    write("file_key = NULL", one)
    store.replace(str(one.file.name), PDF)


def name_in_clear(one: Attachment, other: Attachment) -> None:
    store.replace("attachments/clear", PDF)
    write("file_key = NULL, file = 'attachments/clear'", one)


def write(said: str, one: Attachment, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE files_attachment SET {said} WHERE id = %s", [*values, one.pk])  # noqa: S608


@pytest.mark.parametrize(
    "forge", [exchange_keys, exchange_names, exchange_all, empty_key, name_in_clear]
)
def test_live_sql_and_the_disk_lead_no_file_to_another_row(
    project: Any, forge: Callable[[Attachment, Attachment], None]
) -> None:
    mine, secret = kept(project, PDF), kept(project, PDF + b"secret")
    forge(mine, secret)
    with pytest.raises(FileRefused):
        read(mine)
    assert read(secret) == PDF + b"secret"


def test_a_part_of_a_recording_is_put_in_the_place_of_no_other(draw: Draw, operator: User) -> None:
    recordings = [uuid4(), uuid4()]
    for recording in recordings:
        append_part(draw=draw, recording=recording, offset=0, content=FILM, actor=operator)
    one, other = (parts_of(draw, recording, operator)[0] for recording in recordings)
    with store.open(other.kept.name) as file:
        store.replace(one.kept.name, file.read())
    with pytest.raises(FileGone):
        one.read()
    with pytest.raises(RecordingRefused, match="缺失"):
        finish_recording(draw=draw, recording=recordings[0], actor=operator, now=NOW)
    assert other.read() == FILM


def test_a_recording_begun_before_the_upgrade_is_saved(draw: Draw, operator: User) -> None:
    recording = uuid4()
    begin = f"attachments/parts/{draw.pk}-{operator.pk}-{recording}"
    store.replace(f"{begin}.{0:012}.part", FILM[:100])
    size = append_part(draw=draw, recording=recording, offset=50, content=FILM[50:], actor=operator)
    assert size == len(FILM)
    assert read(finish_recording(draw=draw, recording=recording, actor=operator, now=NOW)) == FILM


def test_a_layout_is_read_for_its_own_file_only(
    project: Any, converter: Any, client: Client, admin: User
) -> None:
    converter()
    login(client, admin)
    files = [kept(project, word("<w:p/>"), f"{n}.docx") for n in range(2)]
    pages = [open_page(client, file)[1] for file in files]
    assert b"".join(client.get(pages[0]).streaming_content) == b"%PDF-1.4 laid out"  # type: ignore[attr-defined]
    first, second = (one.name for one in store.below(f"{LAYOUTS}/"))
    with store.open(second) as file:
        store.replace(first, file.read())
    answers = [client.get(page) for page in pages]
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    for answer in answers:
        answer.close()
