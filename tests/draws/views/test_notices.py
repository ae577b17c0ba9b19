from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.draws.models import Invitation
from expertpool.draws.services.names import release
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    """Its draw has invited one expert by SMS and e-mail, a day apart, and its names are released;
    another's exists, too."""
    for number in range(4):
        make_expert(f"秘密专家{number}")
    draw = make_draw(now=timezone.now(), seats=1, channels=["sms", "email"])
    make_draw(now=timezone.now(), seats=1)
    about = {
        "about_type": "draws.invitation",
        "about_id": str(Invitation.objects.get(draw=draw).pk),
    }
    messages = Message.objects.filter(**about)
    messages.update(state=DeliveryState.FAILED)
    messages.filter(channel="email").update(created_at=timezone.now() - timedelta(days=3))
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    return draw.project


def tab(client, project, **query):
    address = reverse("projects:detail", args=[project.pk])
    return client.get(address, {"tab": "notices", **query}).content.decode()


def invitations(rows) -> list[dict[str, object]]:
    """Without the message that told the applicant the decision."""
    return [row for row in rows if row["渠道"] != "站内信"]


def failed(project) -> list[UUID]:
    """The messages of the project's draw, whose delivery is over."""
    lines = map(str, Invitation.objects.filter(draw__project=project).values_list("pk", flat=True))
    return list(
        Message.objects.filter(state="failed", about_id__in=lines).values_list("uid", flat=True)
    )


def other_of(project) -> Project:
    return Invitation.objects.exclude(draw__project=project).get().draw.project


def today() -> str:
    return timezone.localdate().isoformat()


@pytest.mark.shows("PRJ-21", "PRJ-22")
def test_the_export_holds_what_the_tab_shows_and_keeps_names_sealed(client, project):
    login(client, make_user("operator"))
    rows = invitations(export(client, "draws.notices", project=project.pk))
    assert {row["渠道"] for row in rows} == {"短信", "邮件"}
    sealed = export(client, "draws.notices", project=other_of(project).pk)
    assert invitations(sealed) == []
    narrowed = export(client, "draws.notices", project=project.pk, sent=today())
    assert [row["渠道"] for row in invitations(narrowed)] == ["短信"]
    page = tab(client, project, sent=today())
    assert ">短信<" in page
    assert ">邮件<" not in page
    assert export(client, "draws.notices") == []


def test_who_does_not_see_the_project_exports_nothing(client, project):
    login(client, make_user("department"))
    assert export(client, "draws.notices", project=project.pk) == []


@pytest.mark.shows("PRJ-22")
def test_the_ticked_are_deleted_by_right_and_leave_a_trace(client, project):
    keys = failed(project)
    url = reverse("draws:notices_delete", args=[project.pk])
    login(client, make_user("operator"))
    assert "data-bulk" not in tab(client, project)
    assert client.post(url, {"pk": keys, "reason": "xy"}).status_code == 403
    login(client, make_user("admin"))
    assert "data-bulk" in tab(client, project)
    assert client.post(url, {"pk": keys, "reason": ""}).status_code == 409
    assert client.post(url, {"pk": keys, "reason": "重复记录"}).status_code == 204
    assert set(Message.objects.filter(uid__in=keys).values_list("deletion_reason", flat=True)) == {
        "重复记录"
    }
    assert "已删除" in tab(client, project)
    rows = export(client, "draws.notices", project=project.pk)
    assert any("重复记录" in (row["删除"] or "") for row in rows)
    assert client.post(url, {"pk": keys, "reason": "再一次"}).status_code == 409


def test_notices_of_another_project_are_not_reached(client, project):
    other = Invitation.objects.exclude(draw__project=project).get()
    message = Message.objects.filter(about_type="draws.invitation", about_id=str(other.pk))[0]
    Message.objects.filter(pk=message.pk).update(state=DeliveryState.FAILED)
    login(client, make_user("admin"))
    url = reverse("draws:notices_delete", args=[project.pk])
    assert client.post(url, {"pk": [message.uid], "reason": "xy"}).status_code == 409
    assert Message.objects.get(pk=message.pk).deleted_at is None


@pytest.mark.shows("PRJ-32")
def test_an_archived_project_keeps_its_notices(client, project):
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.ARCHIVED)
    keys = failed(project)
    login(client, make_user("admin"))
    assert "data-bulk" not in tab(client, project)
    url = reverse("draws:notices_delete", args=[project.pk])
    assert client.post(url, {"pk": keys, "reason": "xy"}).status_code == 409
    assert not Message.objects.filter(deleted_at__isnull=False).exists()
