"""待我审批, sending back with reasons, handing over, and the public pages of a notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.projects.enums import ProjectStatus
from expertpool.workflow.enums import StepKind
from expertpool.workflow.models import Delegation, Objection, PublicNotice
from expertpool.workflow.queries.approvals import returned
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.leading import end_notices
from tests.factories.accounts import make_user
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
SUBJECT = "projects.project"
LIST, HAND_OVER = reverse("workflow:approval_list"), reverse("workflow:hand_over")
NOW = timezone.now()


def draw_up(admin: User, *steps: StepData) -> None:
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)


@pytest.mark.shows("OVW-06")
def test_the_list_shows_what_waits_and_sends_it_back_with_reasons(
    client: Client, admin: User
) -> None:
    supervisor = make_user("supervisor")
    draw_up(admin, StepData("初审", Role.objects.get(code="supervisor"), days=2), StepData("终审"))
    project, other = make_project(ProjectStatus.PENDING), make_project(ProjectStatus.DRAFT)
    login(client, admin)
    assert project.name not in client.get(LIST).content.decode()
    login(client, supervisor)
    for asked, shown in (
        ("", True),
        ("?step=初审", True),
        ("?step=终审", False),
        ("?term=over", False),
    ):
        page = client.get(LIST + asked).content.decode()
        assert (project.name in page) is shown, asked
    url = reverse("workflow:send_back", args=[SUBJECT, project.pk])
    assert client.post(url, {"reason-budget": "太高"}).status_code == 422  # what is the matter?
    wrong = client.post(url, {"note": "请改", "reason-budget": "高" * 301})
    assert wrong.status_code == 422
    assert "高高高" in wrong.content.decode()  # what was typed is kept
    script = "<script>alert(1)</script>"
    sent = client.post(url, {"note": script, "reason-budget": "与批复不符", "reason-x": "没有这项"})
    assert sent.status_code == 204
    back = returned(SUBJECT, project.pk)
    assert back is not None
    assert (back.note, back.fields) == (script, {"budget": "与批复不符"})
    page = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert script not in page
    assert "预算（元）：与批复不符" in page
    assert client.get(url).status_code == 404  # it waits no more
    for subject, pk in (
        ("no.such", 1),
        (SUBJECT, other.pk),
        ("draws.planversion", 1),
        (SUBJECT, 10**12),
    ):
        assert client.get(reverse("workflow:send_back", args=[subject, pk])).status_code == 404


@pytest.mark.shows("OVW-06")
def test_what_waits_is_handed_over_by_page(client: Client, admin: User) -> None:
    clerk = make_user()
    role = save_role(
        role=None, name="代审", grants=[Grant("projects.approve")], levels={}, actor=admin, now=NOW
    )
    clerk.roles.add(role)
    to, stranger = make_user("supervisor"), make_user("operator")
    login(client, clerk)
    today = timezone.localdate()
    data = {"to": to.pk, "begins_on": today, "ends_on": today + timedelta(days=3), "reason": "出差"}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"to": stranger.pk}, "所选的内容不在现在的选项中，请重新选择。"),
        ({"to": clerk.pk}, "所选的内容不在现在的选项中，请重新选择。"),
        ({"to": "1 OR 1=1"}, "所选的内容不在现在的选项中，请重新选择。"),
        ({"ends_on": "2026-13-40"}, "日期"),
        ({"ends_on": today - timedelta(days=2)}, "结束日期"),
        ({"reason": ""}, "请填写委托的事由"),
    ]
    for given, text in wrong:
        answer = client.post(HAND_OVER, data | given)
        page = answer.content.decode()
        assert (answer.status_code, text in page) == (422, True), (given, page)
    assert not Delegation.objects.exists()
    assert client.post(HAND_OVER, data).status_code == 204
    made = Delegation.objects.get()
    assert made.last_day == today + timedelta(days=3)
    assert to.name in client.get(LIST).content.decode()
    end = reverse("workflow:take_back", args=[made.pk])
    login(client, to)
    assert clerk.name in client.get(LIST).content.decode()
    assert client.post(end).status_code == 404  # another's
    login(client, clerk)
    assert client.post(end).status_code == 204
    made.refresh_from_db()
    assert made.ended_at


def filled(**given: str) -> dict[str, str]:
    return {"name": "王某", "contact": "13800000000", "text": "与事实不符"} | given


@pytest.mark.shows("OVW-06")
def test_anybody_reads_a_notice_and_objects(client: Client, admin: User) -> None:
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审"))
    project = make_project(ProjectStatus.PENDING)
    notice = PublicNotice.objects.get()
    url = reverse("workflow:notice", args=[notice.public_id])
    assert url in client.get(reverse("workflow:notice_list")).content.decode()
    page = client.get(url).content.decode()
    assert project.name in page
    for hidden in (project.contact_name, project.place, project.created_by.name):
        assert hidden not in page
    wrong = [
        {"text": ""}, {"text": "长" * 1001}, {"text": "x" * 2_000_000}, {"text": " \x00 "},
        {"name": ""}, {"name": "名" * 51}, {"contact": ""}, {"contact": "不告诉你"},
        {"contact": "138"}, {"contact": "a@"}, {"contact": "13800000000<script>"},
        {"contact": "12345"}, {"contact": "13712"}, {"name": "\u200b\u3000\u2060"}, {"name": "王"},
    ]  # fmt: skip
    for given in wrong:
        assert client.post(url, filled(**given)).status_code in {400, 413, 422}, given
    assert not Objection.objects.exists()
    script = "<script>alert(1)</script>'; DROP TABLE workflow_objection; --"
    for _ in range(2):  # the button pressed twice
        assert "已收到您的异议" in client.post(url, filled(text=script)).content.decode()
    assert Objection.objects.get().text == script
    for at in range(4):
        client.post(url, filled(text=f"第{at}条"))
    busy = client.post(url, filled(text="再来"))
    assert busy.status_code == 429
    assert "再来" in busy.content.decode()  # nothing typed is lost
    assert Objection.objects.count() == 5
    seen = reverse("projects:detail", args=[project.pk])
    login(client, admin)
    shown = client.get(seen).content.decode()
    assert "DROP TABLE" in shown
    assert script not in shown
    login(client, project.created_by)  # who handed it in learns not who objects
    assert "DROP TABLE" not in client.get(seen).content.decode()
    end_notices(now=notice.ends_at)
    over = client.get(url)
    assert over.status_code == 410
    assert project.name not in over.content.decode()
    assert client.post(url, filled(text="迟了")).status_code == 410
    unknown = reverse("workflow:notice", args=["00000000-0000-4000-8000-000000000000"])
    assert client.get(unknown).status_code == 404
    assert client.get("/workflow/public/1/").status_code == 404


def test_a_notice_that_somebody_wrote_is_not_shown(client: Client, admin: User) -> None:
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审"))
    make_project(ProjectStatus.PENDING)
    with connection.cursor() as cursor:  # by who may pass over triggers
        cursor.execute("SET LOCAL session_replication_role = replica")
        PublicNotice.objects.update(title="假公示")
        cursor.execute("SET LOCAL session_replication_role = origin")
    notice = PublicNotice.objects.get()
    assert client.get(reverse("workflow:notice", args=[notice.public_id])).status_code == 404
    assert "假公示" not in client.get(reverse("workflow:notice_list")).content.decode()


def test_nobody_gives_reasons_for_a_field_that_he_may_not_see(client: Client) -> None:
    reader = make_user("supervisor")
    make_user("operator")
    make_field("癸甲", subject=SUBJECT, readers=["operator"])
    make_field("癸乙", subject=SUBJECT, readers=["supervisor"])
    project = make_project(ProjectStatus.PENDING)
    login(client, reader)
    page = client.get(reverse("workflow:send_back", args=[SUBJECT, project.pk])).content.decode()
    assert "癸乙" in page
    assert "癸甲" not in page
