from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import Draw, DrawEvent, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.replies import add_supplement, answer
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.draws.services.voiding import request_void
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.services import attach, remove_attachment
from expertpool.projects.enums import AvoidanceSubject, DrawState, ProjectStatus
from expertpool.projects.exceptions import (
    NoteRequired,
    NotReadyToArchive,
    ProjectArchived,
    ProjectError,
    TransitionNotAllowed,
)
from expertpool.projects.models import Project
from expertpool.projects.services.application import (
    submit_project,
    update_project,
    withdraw_project,
)
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.projects.services.archive import archive_project
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance
from expertpool.projects.services.deletion import delete_project
from expertpool.projects.services.progress import add_progress
from expertpool.projects.services.state import set_draw_state
from expertpool.projects.services.tasks import TaskData, assign_task, cancel_task, complete_task
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.draws import EVERYBODY, make_draw
from tests.factories.experts import make_expert
from tests.factories.projects import make_project, project_data

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PDF = b"%PDF-1.7 x"


def archive(project: Project, *, now=None, note="资料齐全", actor=None) -> None:
    archive_project(
        project=project, note=note, actor=actor or make_user("operator"), now=now or timezone.now()
    )


def finished_draw() -> tuple[Draw, object]:
    """A draw for one seat that its expert accepted, and a moment after its review."""
    now = timezone.now()
    for _ in range(3):
        make_expert()
    draw = make_draw(now=now, seats=1)
    answer(
        invitation=Invitation.objects.get(draw=draw),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(1),
    )
    after = draw.project.closing_at + timedelta(minutes=1)
    release(draw_id=draw.pk, now=after)
    draw.refresh_from_db()
    return draw, after


@pytest.mark.shows("PRJ-32")
def test_an_abandoned_project_is_archived_with_its_reason():
    project, operator, now = (
        make_project(ProjectStatus.APPROVED),
        make_user("operator"),
        timezone.now(),
    )
    archive(project, note=" 项目取消 ", actor=operator, now=now)
    stored = Project.objects.get(pk=project.pk)
    assert (stored.status, stored.archived_by, stored.archived_at, stored.archive_note) == (
        ProjectStatus.ARCHIVED,
        operator,
        now,
        "项目取消",
    )
    entry = Entry.objects.get(action="project.archive")
    assert (entry.actor, entry.note) == (operator, "项目取消")
    archive(make_project(ProjectStatus.REJECTED))


@pytest.mark.parametrize("status", [ProjectStatus.DRAFT, ProjectStatus.PENDING])
def test_what_was_never_decided_is_not_archived(status):
    project = make_project(status)
    with pytest.raises(TransitionNotAllowed):
        archive(project)


def test_archiving_needs_a_note_and_happens_once():
    project = make_project(ProjectStatus.APPROVED)
    with pytest.raises(NoteRequired):
        archive(project, note="  ")
    archive(project)
    with pytest.raises(TransitionNotAllowed):
        archive(project)


def test_a_running_draw_keeps_its_project_open():
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    with pytest.raises(NotReadyToArchive, match="抽取正在进行"):
        archive(draw.project, now=draw.project.closing_at + timedelta(days=1))


@pytest.mark.shows("PRJ-32")
def test_a_finished_project_is_archived_once_review_names_and_sheet_are_done():
    draw, after = finished_draw()
    with pytest.raises(NotReadyToArchive, match="评审尚未结束"):
        archive(draw.project, now=draw.project.opening_at)
    with pytest.raises(NotReadyToArchive, match="抽取表正在生成"):
        archive(draw.project, now=after)
    store_sheet(draw_id=draw.pk, now=after)
    archive(draw.project, now=after)
    assert Project.objects.get().is_archived


def test_an_open_void_request_and_open_tasks_are_named():
    draw, after = finished_draw()
    store_sheet(draw_id=draw.pk, now=after)
    operator = make_user("operator")
    request_void(draw=draw, reason="条件有误", actor=operator, now=after)
    data = TaskData("补资料", timezone.localdate(after), assignee=operator)
    assign_task(project=draw.project, data=data, actor=operator, now=after)
    with pytest.raises(NotReadyToArchive) as refusal:
        archive(draw.project, now=after)
    assert "1 项任务未完成" in str(refusal.value)
    assert "待确认的作废申请" in str(refusal.value)


def archived_project() -> tuple[Project, dict[str, object]]:
    """A project that was drawn and is archived, with one of each thing around it."""
    draw, after = finished_draw()
    store_sheet(draw_id=draw.pk, now=after)
    project, operator = draw.project, make_user("operator")
    given = {"project": project, "actor": operator, "now": after}
    task = assign_task(
        data=TaskData("补资料", timezone.localdate(after), assignee=operator), **given
    )
    complete_task(task=task, note="已补", actor=operator, now=after)
    entry = add_progress(text="开标", files=[], **given)
    file = attach(
        subject=project, uploaded_file=SimpleUploadedFile("a.pdf", PDF), actor=operator, now=after
    )
    archive(project, now=after)
    return project, {"draw": draw, "task": task, "entry": entry, "file": file, "now": after}


@pytest.mark.shows("PRJ-32")
def test_every_service_refuses_an_archived_project():
    project, made = archived_project()
    operator, supervisor = make_user("operator"), make_user("supervisor")
    now, draw, task = made["now"], made["draw"], made["task"]
    line = Invitation.objects.get(draw=draw)
    by = {"actor": operator, "now": now}
    upload = SimpleUploadedFile("b.pdf", PDF)
    entropy = SeededEntropy(3)
    early = {"actor": operator, "now": project.opening_at - timedelta(days=1)}
    attempts = {
        "update": lambda: update_project(
            project=project, values=project_data(department=project.department), **by
        ),
        "submit": lambda: submit_project(project=project, **early),
        "withdraw": lambda: withdraw_project(project=project, **by),
        "approve": lambda: approve_project(
            project=project, version=project.version, actor=supervisor, now=now
        ),
        "reject": lambda: reject_project(project=project, actor=supervisor, now=now, note="x"),
        "delete": lambda: delete_project(project=project, **by),
        "avoidance": lambda: add_avoidance(
            project=project, data=AvoidanceData(AvoidanceSubject.UNIT, name="甲公司"), **by
        ),
        "progress": lambda: add_progress(project=project, text="又一条", files=[], **by),
        "assign": lambda: assign_task(
            project=project,
            data=TaskData("又一项", timezone.localdate(now), assignee=operator),
            **by,
        ),
        "complete": lambda: complete_task(task=task, note="", **by),
        "cancel": lambda: cancel_task(task=task, **by),
        "attach": lambda: attach(subject=project, uploaded_file=upload, **by),
        "attach to an entry": lambda: attach(
            subject=made["entry"], uploaded_file=SimpleUploadedFile("c.pdf", PDF), **by
        ),
        "remove": lambda: remove_attachment(attachment=made["file"], **by),
        "plan": lambda: save_plan(
            project=project,
            settings=PlanInput(),
            groups=[GroupInput("综合", 1, [EVERYBODY])],
            **by,
        ),
        "draw": lambda: start_draw(project=project, entropy=entropy, **early),
        "draw state": lambda: set_draw_state(project, DrawState.DRAWING, **by),
        "answer": lambda: record_answer(
            invitation=line,
            state=InvitationState.REPLACED,
            reason="更换",
            entropy=entropy,
            **by,
        ),
        "supplement": lambda: add_supplement(draw=draw, entropy=entropy, **early),
        "void": lambda: request_void(draw=draw, reason="xy", **by),
    }
    before = _everything_of(project)
    for name, attempt in attempts.items():
        with pytest.raises((ProjectError, DrawError, FileRefused, ValidationError)) as refusal:
            attempt()
        assert any("一" <= char <= "鿿" for char in str(refusal.value)), name
    assert _everything_of(project) == before


def _everything_of(project: Project) -> list[object]:
    return [
        Project.objects.filter(pk=project.pk).values().get(),
        list(project.tasks.values()),
        list(project.progress.values()),
        [
            row | {name: row[name] and row[name].token for name in ("name", "file_key")}
            for row in Attachment.objects.order_by("pk").values()
        ],
        list(DrawEvent.objects.order_by("pk").values()),
        [
            row | {"opening": row["opening"].token}
            for row in Invitation.objects.order_by("pk").values()
        ],
    ]


def test_jobs_leave_an_archived_project_alone():
    project, made = archived_project()
    before = _everything_of(project)
    assert release(draw_id=made["draw"].pk, now=made["now"]) is False
    store_sheet(draw_id=made["draw"].pk, now=made["now"] + timedelta(days=1))
    assert _everything_of(project) == before


def test_progress_on_a_copy_that_was_read_before_the_archive_is_refused():
    project = make_project(ProjectStatus.APPROVED)
    stale = Project.objects.get(pk=project.pk)
    archive(project)
    with pytest.raises(ProjectArchived):
        add_progress(
            project=stale, text="晚了", files=[], actor=make_user("operator"), now=timezone.now()
        )


def test_no_sheet_is_said_to_be_on_its_way_while_the_draw_goes_on():
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    release(draw_id=draw.pk, now=draw.reveal_at)
    after = draw.project.closing_at + timedelta(days=1)
    with pytest.raises(NotReadyToArchive) as refused:
        archive(draw.project, now=after)
    assert "抽取表正在生成" not in str(refused.value)
