"""The draw sheet: what is on it, who gets it when, and the file that is kept."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import RoleField, User
from expertpool.audit.models import Entry
from expertpool.core.visibility import Level
from expertpool.draws.enums import InvitationState, ReplyVia, SheetKind
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import named_rows, release
from expertpool.draws.services.replies import answer, take_leave
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sheet_files import KIND, store_sheet
from expertpool.draws.services.sheet_starters import starter
from expertpool.draws.services.sheet_values import draw_sheet_values
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.files.queries import attachments_of
from tests.draws.views.letters import lines
from tests.factories.accounts import change
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_unit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
ENTROPY = SeededEntropy(5)
HEADER = [
    "序号",
    "姓名",
    "职称",
    "工作单位",
    "专家编号",
    "专业",
    "联系方式",
    "是否参加",
    "确认签名",
    "备注",
]


def reply(draw: Draw, *answers: bool) -> None:
    """Answer for those who are invited, in line order."""
    for accept in answers:
        row = next(row for row in lines(draw) if row.state == InvitationState.INVITED)
        answer(
            invitation=row,
            accept=accept,
            reason="" if accept else "时间冲突",
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=ENTROPY,
        )


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    """Two seats; the first declined and was replaced; all others agreed. Names sealed."""
    with once():
        for name in ("王一", "李二", "张三", "赵四"):
            make_expert(name, title="高级工程师", employer=make_unit())
        draw = make_draw(now=timezone.now(), seats=2)
        reply(draw, False, True, True)
        return draw


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def operator(made: Draw) -> User:
    return User.objects.get(pk=made.operator_id)


def url(draw: Draw, kind: str = "pdf") -> str:
    return reverse(f"draws:sheet_{kind}", args=[draw.pk])


def pdf_text(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return "".join(page.extract_text() for page in reader.pages)


@pytest.mark.shows("DRAW-26")
def test_sheet_is_sealed_until_the_reveal_time_and_says_from_when(
    client: Client, draw: Draw, operator: User
) -> None:
    response = login(client, operator).get(url(draw))
    assert response.status_code == 409
    page = response.content.decode()
    assert timezone.localtime(draw.reveal_at).strftime("%Y-%m-%d %H:%M") in page
    assert not any(row.expert.name in page for row in named_rows(draw))
    assert not Entry.objects.filter(action="draw.names").exists()


@pytest.mark.shows("DRAW-26")
def test_pdf_is_a4_and_holds_the_columns_the_people_and_the_proof(
    client: Client, draw: Draw, operator: User
) -> None:
    with time_machine.travel(draw.reveal_at, tick=False):
        response = login(client, operator).get(url(draw))
    assert response["Content-Type"] == "application/pdf"
    box = pypdf.PdfReader(io.BytesIO(response.content)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (842, 595)
    text = pdf_text(response.content)
    for word in ("评审专家抽取表", "抽取人员", "监督人员", "抽取条件", *HEADER):
        assert word in text
    for row in named_rows(draw):
        assert row.expert.name in text
        assert row.expert.number in text
        assert row.expert.phone not in text
    assert draw.seal[:8] in text
    # By these a record whose last events were cut off is told apart.
    last = draw.events.order_by("n").last()
    assert last is not None
    assert f"共 {last.n} 个，链头 {last.hash[:8]}" in text
    assert draw.project.name in text
    assert f"/verify/{draw.public_id}/" in text
    assert f"{operator.name} {timezone.localtime(draw.reveal_at):%Y-%m-%d %H:%M}" in text
    assert Entry.objects.filter(action="draw.names", actor=operator).count() == 1
    # Whoever may see telephone numbers has them on his sheet.
    numbers = RoleField.objects.filter(role__code="operator", field="experts.phone")
    change(numbers, level=Level.PLAIN)
    with time_machine.travel(draw.reveal_at, tick=False):
        text = pdf_text(client.get(url(draw)).content)
    assert all(row.expert.phone in text for row in named_rows(draw))


@pytest.mark.shows("DRAW-26")
def test_excel_has_the_same_lines_with_the_supplement_last(
    client: Client, draw: Draw, operator: User
) -> None:
    with time_machine.travel(draw.reveal_at, tick=False):
        response = login(client, operator).get(url(draw, "file"))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = rows.index(HEADER)
    first, second, third = rows[start + 1 : start + 4]
    names = [row.expert.name for row in named_rows(draw)]
    assert [row[1] for row in (first, second, third)] == names
    assert [row[7] for row in (first, second, third)] == ["不参加", "参加", "参加"]
    assert first[9] == "综合，拒绝，时间冲突"
    assert third[9] == "综合，补抽"
    count = draw.events.count()
    assert any(str(row[0]).startswith(f"事件链：共 {count} 个，链头 ") for row in rows)
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape"
    with zipfile.ZipFile(io.BytesIO(response.content)) as parts:
        assert "xl/media/image1.png" in parts.namelist()


def test_sheet_is_only_for_those_who_may_read_names(
    client: Client, draw: Draw, department_user: User
) -> None:
    with time_machine.travel(draw.reveal_at, tick=False):
        assert login(client, department_user).get(url(draw)).status_code in {403, 404}


@pytest.mark.shows("DRAW-28")
def test_sheet_is_kept_once_the_draw_has_ended_and_names_are_released(
    client: Client, draw: Draw, operator: User
) -> None:
    now = draw.reveal_at
    assert store_sheet(draw_id=draw.pk, now=now) is None
    assert release(draw_id=draw.pk, now=now)
    stored = store_sheet(draw_id=draw.pk, now=now)
    assert stored is not None
    assert store_sheet(draw_id=draw.pk, now=now) == stored
    assert attachments_of(draw, KIND).count() == 1
    with time_machine.travel(now, tick=False):
        response = login(client, operator).get(reverse("files:download", args=[stored.pk]))
    text = pdf_text(b"".join(response))
    for row in named_rows(draw):
        assert row.expert.name in text
        assert row.expert.phone not in text


@pytest.mark.shows("DRAW-28")
def test_end_and_release_each_queue_the_keeping_of_the_sheet(draw: Draw) -> None:
    jobs = ProcrastinateJob.objects.filter(task_name="draws.store_sheet", args__draw_id=draw.pk)
    assert jobs.count() == 1  # the draw has ended
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert jobs.count() == 2


@pytest.mark.shows("DRAW-28")
def test_kept_sheet_stays_beside_the_one_of_a_second_end(
    client: Client, draw: Draw, operator: User
) -> None:
    release(draw_id=draw.pk, now=draw.reveal_at)
    first = store_sheet(draw_id=draw.pk, now=draw.reveal_at)
    row = next(row for row in lines(draw) if row.state == InvitationState.ACCEPTED)
    later = draw.reveal_at - timedelta(minutes=1)
    take_leave(invitation=row, reason="生病", via=ReplyVia.LINK, now=later, entropy=ENTROPY)
    assert store_sheet(draw_id=draw.pk, now=later) is None
    with time_machine.travel(draw.reveal_at + timedelta(minutes=1), tick=False):
        reply(draw, True)
    again = store_sheet(draw_id=draw.pk, now=draw.reveal_at + timedelta(minutes=2))
    assert again is not None
    assert first is not None
    assert list(attachments_of(draw, KIND)) == [first, again]
    assert first.name != again.name
    with time_machine.travel(draw.reveal_at + timedelta(minutes=3), tick=False):
        login(client, operator)
        download = client.get(reverse("files:download", args=[first.pk]))
        page = client.get(reverse("projects:detail", args=[draw.project_id]), {"tab": "evidence"})
    assert b"".join(download).startswith(b"%PDF")
    rows = page.content.decode().split("<tr>")
    told = {one.pk: next(row for row in rows if one.name in row) for one in (first, again)}
    assert "当时的名单，此后有变动" in told[first.pk]
    assert "现行" in told[again.pk]


def test_kept_sheet_is_for_nobody_who_may_not_read_the_names(
    client: Client, draw: Draw, department_user: User
) -> None:
    release(draw_id=draw.pk, now=draw.reveal_at)
    stored = store_sheet(draw_id=draw.pk, now=draw.reveal_at)
    assert stored is not None
    with time_machine.travel(draw.reveal_at, tick=False):
        response = login(client, department_user).get(reverse("files:download", args=[stored.pk]))
    assert response.status_code == 404


@pytest.mark.shows("DRAW-26")
@pytest.mark.parametrize("kind", ["sign_in_pdf", "sign_in_file"])
def test_a_void_draw_prints_no_sign_in_sheet(
    client: Client, draw: Draw, operator: User, supervisor: User, kind: str
) -> None:
    now = timezone.now()
    asked = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=now)
    decide_void(request=asked, agree=True, note="同意", actor=supervisor, now=now)
    sign_in = reverse(f"draws:{kind}", args=[draw.pk])
    with time_machine.travel(draw.reveal_at, tick=False):
        login(client, operator)
        page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
        assert sign_in not in page
        answer = client.get(sign_in, follow=True)
    assert "不再签到" in answer.content.decode()
    assert not Entry.objects.filter(action="draw.names", note__contains="签到表").exists()


def test_the_sheet_of_a_void_draw_says_so_and_asks_nobody_to_sign(
    draw: Draw, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    asked = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=now)
    decide_void(request=asked, agree=True, note="同意", actor=supervisor, now=now)
    draw.refresh_from_db()
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at)
    head = dict(sheet.head)
    hands = f"{operator} 申请，{supervisor} 确认：回避单位漏填"
    assert head["作废"].endswith(hands)
    assert {row.attends for row in sheet.rows} == {"作废前同意", "不参加"}
    assert {row.cells[8] for row in sheet.rows} == {"—"}
    assert draw_sheet_values(draw, sheet).fields["作废"] == head["作废"]


def test_a_sheet_of_ones_own_can_say_what_hands_did(draw: Draw, operator: User) -> None:
    now = timezone.now()
    reschedule(
        draw=draw,
        meetings=[
            NewMeeting(draw.project_id, draw.project.opening_at + timedelta(days=1), "302 室")
        ],
        reason="供应商答疑延期",
        actor=operator,
        now=now,
        entropy=ENTROPY,
    )
    draw.refresh_from_db()
    sheet = build_sheet(draw=draw, actor=operator, now=draw.project.opening_at)
    fields = draw_sheet_values(draw, sheet).fields
    assert fields["人工干预"] == dict(sheet.head)["人工干预"] == "1 次（改期 1 次）"
    assert "供应商答疑延期" in str(fields["改期"])
    assert {fields[name] for name in ("应急抽取", "放宽条件补抽", "作废")} == {""}
    cells = openpyxl.load_workbook(io.BytesIO(starter(SheetKind.DRAW))).active.values
    assert "{{人工干预}}" in str(list(cells))
