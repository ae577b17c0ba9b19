"""存证: what proves a draw is kept, reachable from each of its projects, and not shown to experts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import SUPPLIED, ReplyVia
from expertpool.draws.models import Draw
from expertpool.draws.queries.evidence import heard_calls_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sheet_files import OWN_KIND, store_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.services import attach, remove_attachment
from expertpool.notifications.models import Message
from expertpool.notifications.services.deletion import delete_messages
from expertpool.projects.enums import EvidenceKind, FileAudience, ProjectStatus
from expertpool.projects.models import Project
from expertpool.selfservice.services.files import files_of
from tests.factories.accounts import make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.experts import make_expert
from tests.factories.papers import own_book, upload
from tests.factories.telephone import make_call
from tests.fixtures import login
from tests.worker import ROOT
from vdraw import find_difference

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-27")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
PDF = b"%PDF-1.7\n%%EOF\n"
FILM = b"\x1a\x45\xdf\xa3" + bytes(4000)


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    """Of a batch of two projects, ended, with its names public."""
    with once():
        for _ in range(4):
            make_expert()
        draw = draw_batch(make_batch(make_members(72, 96, now=NOW), now=NOW, seats=2), now=NOW)
        for row in draw.invitations.all():
            answer(
                invitation=row,
                accept=True,
                reason="",
                via=ReplyVia.LINK,
                now=NOW,
                entropy=SeededEntropy(1),
            )
        release(draw_id=draw.pk, now=draw.reveal_at)
        return draw


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


def record_screen(draw: Draw) -> Attachment:
    return attach(
        subject=draw.project,
        uploaded_file=SimpleUploadedFile("抽取录屏.webm", FILM),
        kind=EvidenceKind.RECORDING,
        as_evidence=True,
        actor=draw.operator,
        now=NOW,
    )


def tab_of(client: Client, project: Project, user: User, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        page = login(client, user).get(
            reverse("projects:detail", args=[project.pk]), {"tab": "evidence"}
        )
    assert page.status_code == 200
    return str(page.content.decode())


def test_the_record_is_as_new_as_its_last_event(
    client: Client, draw: Draw, auditor: User, supervisor: User
) -> None:
    """Some come after the end: a leave, who moves up, a void."""
    later = draw.reveal_at + timedelta(minutes=7)
    asked = request_void(draw=draw, reason="有误", actor=draw.operator, now=later)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=later)
    page = tab_of(client, draw.project, auditor, later)
    assert moment_text(later) in page


def test_every_project_of_a_batch_leads_to_all_of_it(
    client: Client, draw: Draw, admin: User, auditor: User
) -> None:
    assert upload(login(client, admin), own_book(), "抽取表.xlsx", project_kind="") == ""
    film = record_screen(draw)
    after = draw.reveal_at + timedelta(minutes=1)
    sheet = store_sheet(draw_id=draw.pk, now=after)
    assert sheet is not None
    own = attachments_of(draw, OWN_KIND).get()
    assert len(draw.covered) == 2
    for project in draw.covered:
        links = set(re.findall(r'href="([^"]+)"', tab_of(client, project, auditor, after)))
        with time_machine.travel(after, tick=False):
            kept = {
                file: client.get(links_to(links, "files:download", file.pk))
                for file in (film, sheet, own)
            }
            content = {file: b"".join(answer) for file, answer in kept.items()}
            record = client.get(links_to(links, "draws:verify_record", draw.public_id)).json()
            (ledger,) = {one for one in links if one.endswith(f"?subject={draw.number}")}
            told = client.get(ledger)
        assert content[film] == FILM
        assert content[sheet].startswith(b"%PDF")
        assert content[own].startswith(b"PK")
        assert find_difference(record) is None
        assert project.number in record["rule"]["projects"]
        assert draw.number in told.content.decode()
        assert told.context["page"].paginator.count > 2


@pytest.mark.shows("PRJ-17")
def test_recorded_calls_stand_there_once_names_are_released(
    client: Client, draw: Draw, admin: User
) -> None:
    """For whoever may read the message, with what lets him compare the file; nobody else sees that there are any."""
    before, after = draw.reveal_at - timedelta(minutes=1), draw.reveal_at + timedelta(minutes=1)
    row = draw.invitations.order_by("line").first()
    letter = Message.objects.filter(about_type="draws.invitation", about_id=str(row.pk)).first()
    assert letter is not None
    call = make_call(letter, now=NOW)
    own = reverse("telephone:tape", args=[letter.uid, 1])
    Draw.objects.filter(pk=draw.pk).update(released_at=None)
    assert own not in tab_of(client, draw.project, admin, before)
    Draw.objects.filter(pk=draw.pk).update(released_at=draw.released_at)
    for project in draw.covered:
        page = tab_of(client, project, admin, after)
        assert f'<audio src="{own}"' in page
        assert call.sha256 in page
        assert letter.recipient in page
    reader = make_user("applicant")
    assert not reader.has_permission("notifications.view")
    assert [one.sha256 for one in heard_calls_of(draw.project, admin)] == [call.sha256]
    assert heard_calls_of(draw.project, reader) == []
    Message.objects.filter(pk=letter.pk).update(state="sent", sent_at=NOW)
    letter.refresh_from_db()
    delete_messages(messages=[letter], reason="测试", actor=admin, now=after)
    assert own not in tab_of(client, draw.project, admin, after)


def links_to(links: set[str], name: str, key: object) -> str:
    """The address of that name, which stands on the page."""
    address = reverse(name, args=[key])
    assert address in links
    return address


def test_the_sheet_is_kept_in_the_customers_own_form_too(
    client: Client, draw: Draw, admin: User
) -> None:
    login(client, admin)
    assert upload(client, own_book(), "抽取表.xlsx", project_kind=draw.project.kind) == ""
    after = draw.reveal_at + timedelta(minutes=1)
    for _ in range(2):  # a second run changes nothing
        store_sheet(draw_id=draw.pk, now=after)
    own = attachments_of(draw, OWN_KIND).get()
    assert own.name.endswith(f"{draw.number}.xlsx")
    assert attachments_of(draw).count() == 2
    with time_machine.travel(after, tick=False):
        answer = login(client, admin).get(reverse("files:download", args=[own.pk]))
    assert b"".join(answer).startswith(b"PK")
    assert own.name in tab_of(client, draw.project, admin, after)


def test_who_may_not_read_the_names_is_told_of_the_sheet_but_not_given_it(
    client: Client, draw: Draw, department_user: User
) -> None:
    Project.objects.update(department=department_user.department)
    after = draw.reveal_at + timedelta(minutes=1)
    sheet = store_sheet(draw_id=draw.pk, now=after)
    assert sheet is not None
    page = tab_of(client, draw.project, department_user, after)
    assert "抽取表 1 份" in page
    assert reverse("files:download", args=[sheet.pk]) not in page


def test_an_invited_expert_gets_the_files_of_the_project_but_no_evidence(draw: Draw) -> None:
    film = record_screen(draw)
    plan, sheet = (
        attach(
            subject=draw.project,
            uploaded_file=SimpleUploadedFile(name, PDF),
            kind=kind,
            actor=draw.operator,
            now=NOW,
        )
        for name, kind in (("招标文件.pdf", FileAudience.EXPERTS), ("签字的抽取表.pdf", ""))
    )
    row = draw.invitations.select_related("draw").first()
    assert row is not None
    assert files_of(row, now=NOW) == [plan]
    assert {film, sheet} <= {*attachments_of(draw.project)}
    # Nor one that somebody has led to them around the system.
    Attachment.objects.filter(pk=sheet.pk).update(kind=FileAudience.EXPERTS)
    assert files_of(row, now=NOW) == [plan]


def supply(client: Client, draw: Draw, user: User, name: str = "签字的抽取表.pdf") -> HttpResponse:
    address = reverse("draws:supply", args=[draw.pk])
    given = {"materials": [SimpleUploadedFile(name, PDF), SimpleUploadedFile("会场.webm", FILM)]}
    return login(client, user).post(address, given)


def test_people_keep_the_signed_sheet_and_a_film_with_the_draw(
    client: Client, draw: Draw, operator: User, supervisor: User, auditor: User
) -> None:
    with time_machine.travel(after := draw.reveal_at + timedelta(minutes=1), tick=False):
        assert supply(client, draw, operator).status_code == 204
    sheet, film = attachments_of(draw, SUPPLIED)
    assert (sheet.name, film.name) == ("签字的抽取表.pdf", "会场.webm")
    for project in draw.covered:  # of a batch each leads there
        page = tab_of(client, project, auditor, after)
        assert "签字的抽取表.pdf" in page
        assert reverse("files:download", args=[film.pk]) in page
        assert reverse("draws:supply", args=[draw.pk]) not in page  # he only reads
    assert reverse("draws:supply", args=[draw.pk]) in tab_of(client, draw.project, operator, after)
    logged = Entry.objects.filter(action="file.attach", subject_id=str(draw.pk))
    assert {one.actor for one in logged} == {operator}
    # No expert gets it, and nobody takes it away.
    row = draw.invitations.select_related("draw").first()
    assert row is not None
    assert files_of(row, now=after) == []
    with pytest.raises(FileRefused, match="作为依据保存"):
        remove_attachment(attachment=sheet, actor=operator, now=after)
    # Who only supervises or reads does not add to it; an archived project takes no more.
    assert supply(client, draw, auditor).status_code == 403
    Project.objects.update(status=ProjectStatus.ARCHIVED)
    assert "项目已归档" in supply(client, draw, operator).content.decode()
    assert attachments_of(draw, SUPPLIED).count() == 2


def test_nothing_chosen_is_nothing_kept(client: Client, draw: Draw, operator: User) -> None:
    answer = login(client, operator).post(reverse("draws:supply", args=[draw.pk]), {})
    assert answer.status_code == 422
    assert "请选择文件" in answer.content.decode()
    assert not attachments_of(draw, SUPPLIED).exists()


def test_what_people_keep_with_a_draw_is_read_by_whoever_may_read_its_names(
    client: Client, draw: Draw, operator: User, department_user: User
) -> None:
    Project.objects.update(department=department_user.department)
    with time_machine.travel(after := draw.reveal_at + timedelta(minutes=1), tick=False):
        supply(client, draw, operator)
        sheet = attachments_of(draw, SUPPLIED).first()
        assert sheet is not None
        page = tab_of(client, draw.project, department_user, after)
        assert "现场材料 2 份：名单公开后，有权查看姓名的人可以下载" in page
        assert "签字的抽取表" not in page
        address = reverse("files:download", args=[sheet.pk])
        assert client.get(address).status_code == 404
        # Before the names are public, nobody: a sheet says them, whatever its name.
        Draw.objects.filter(pk=draw.pk).update(released_at=None)
        assert login(client, operator).get(address).status_code == 404


def test_a_phone_is_told_that_it_cannot_record(client: Client, draw: Draw) -> None:
    page = login(client, draw.operator).get(reverse("draws:recordings", args=[draw.pk]))
    text = " ".join(page.content.decode().split())
    assert '<span class="recordable"> <a' in text
    assert "手机不能录屏：请用电脑打开抽取大厅" in text
    styles = (ROOT / "frontend/src/css/drawroom.css").read_text()
    assert ".room-recorder, .recordable { display: none; }" in styles
