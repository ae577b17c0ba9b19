from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.draws.exceptions import RecordingRefused
from expertpool.draws.models import Draw
from expertpool.draws.services import recordings
from expertpool.draws.services.recordings import append_part, finish_recording
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of, opened
from expertpool.files.services import remove_orphans
from expertpool.files.settings import MEDIA_SIZE
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
FILM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once():
        for _ in range(3):
            make_expert()
        return make_draw(now=timezone.now(), seats=1)


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def operator():
    return make_user("operator")


def send(draw, operator, recording: UUID, *, step: int = 4000) -> None:
    for at in range(0, len(FILM), step):
        size = append_part(
            draw=draw,
            recording=recording,
            offset=at,
            content=FILM[at : at + step],
            actor=operator,
        )
        assert size == min(at + step, len(FILM))


@pytest.mark.shows("PRJ-17")
def test_parts_become_one_file_of_the_project_with_time_and_hash(
    draw, operator, media, django_capture_on_commit_callbacks
):
    recording, now = uuid4(), timezone.now()
    send(draw, operator, recording)
    with django_capture_on_commit_callbacks(execute=True):
        stored = finish_recording(draw=draw, recording=recording, actor=operator, now=now)
    assert list(attachments_of(draw.project, "recording")) == [stored]
    assert bytes(stored.sha256) == hashlib.sha256(FILM).digest()
    assert (stored.content_type, stored.created_by, stored.created_at) == (
        "video/webm",
        operator,
        now,
    )
    with opened(stored) as file:
        assert file.read() == FILM
    entry = Entry.objects.get(action="file.attach")
    assert entry.after["SHA-256"] == hashlib.sha256(FILM).hexdigest()
    assert not list(media.rglob("*.part"))
    again = finish_recording(draw=draw, recording=recording, actor=operator, now=now)
    assert again == stored  # an answer that was lost on the way is asked for again


def test_a_part_that_comes_twice_counts_once_and_a_gap_is_refused(draw, operator):
    recording = uuid4()
    given = {"draw": draw, "recording": recording, "actor": operator}
    assert append_part(offset=0, content=b"abc", **given) == 3
    assert append_part(offset=0, content=b"abc", **given) == 3
    assert append_part(offset=3, content=b"de", **given) == 5
    assert append_part(offset=3, content=b"defg", **given) == 7  # its first half was there
    with pytest.raises(RecordingRefused, match="缺失"):
        append_part(offset=9, content=b"x", **given)


def test_recordings_of_two_persons_do_not_mix(draw, operator):
    recording, other = uuid4(), make_user("operator")
    append_part(draw=draw, recording=recording, offset=0, content=b"abc", actor=operator)
    with pytest.raises(RecordingRefused):
        append_part(draw=draw, recording=recording, offset=3, content=b"x", actor=other)
    with pytest.raises(RecordingRefused, match="没有收到"):
        finish_recording(draw=draw, recording=recording, actor=other, now=timezone.now())


def test_too_much_and_what_is_no_film_are_refused(draw, operator, monkeypatch):
    monkeypatch.setattr(recordings, "MEGABYTE", 5)
    configure(MEDIA_SIZE, 1)
    given = {"draw": draw, "recording": uuid4(), "actor": operator}
    append_part(offset=0, content=b"\x00\x01ab", **given)
    with pytest.raises(RecordingRefused, match="太长"):
        append_part(offset=4, content=b"cd", **given)
    with pytest.raises(RecordingRefused, match="内容却不是"):
        finish_recording(now=timezone.now(), **given)
    assert not Attachment.objects.exists()


@pytest.mark.shows("PRJ-32")
def test_an_archived_project_takes_no_recording(draw, operator):
    recording = uuid4()
    send(draw, operator, recording)
    Project.objects.filter(pk=draw.project_id).update(status=ProjectStatus.ARCHIVED)
    draw.refresh_from_db()
    with pytest.raises(RecordingRefused, match="已归档"):
        append_part(draw=draw, recording=recording, offset=0, content=b"x", actor=operator)
    with pytest.raises(RecordingRefused, match="已归档"):
        finish_recording(draw=draw, recording=recording, actor=operator, now=timezone.now())


def test_parts_that_were_never_finished_are_deleted_a_day_later(draw, operator, media):
    send(draw, operator, uuid4())
    assert remove_orphans(now=timezone.now()) == 0
    assert remove_orphans(now=timezone.now() + timedelta(days=2)) == 3


@pytest.mark.shows("PRJ-17")
def test_the_pages_take_parts_from_who_runs_the_draw_and_list_what_is_kept(
    client, draw, operator, django_capture_on_commit_callbacks
):
    page, room = (reverse(f"draws:{name}", args=[draw.pk]) for name in ("recordings", "room"))
    recording = uuid4()
    part = reverse("draws:recording_part", args=[draw.pk, recording])
    body = {"data": FILM, "content_type": "application/octet-stream"}
    login(client, make_user("auditor"))
    assert "data-recorder" not in client.get(room).content.decode()
    assert client.post(f"{part}?offset=0", **body).status_code == 403
    login(client, operator)
    assert "data-recorder" in client.get(room).content.decode()
    assert client.post(f"{part}?offset=0", **body).json() == {"size": len(FILM)}
    assert client.post(f"{part}?offset=99999", **body).status_code == 409
    finish = reverse("draws:recording_finish", args=[draw.pk, recording])
    assert finish in client.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(finish)
    assert answer.json()["sha256"] == hashlib.sha256(FILM).hexdigest()
    shown = client.get(page).content.decode()
    assert finish not in shown
    assert answer.json()["name"] in shown
    assert answer.json()["sha256"] in shown
    assert "添加附件" not in shown  # evidence is not uploaded by hand
