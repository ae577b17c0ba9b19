"""The page on which a flow is drawn up, and what the pages of a project show of it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.projects.enums import ProjectStatus
from expertpool.workflow.models import FlowVersion
from tests.factories.accounts import make_user
from tests.factories.projects import make_project
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db
FLOW = reverse("workflow:flow", args=["projects.project"])
STEPS = reverse("workflow:steps", args=["projects.project"])


def step(key: int, name: str, **values: str) -> dict[str, str]:
    usual = {"kind": "decision", "place": "any", "agreement": "any", "back": "applicant"}
    values = {"role": "", "condition": "", **usual} | values
    return {f"s{key}-name": name} | {f"s{key}-{field}": value for field, value in values.items()}


@pytest.mark.shows("OVW-06")
def test_a_flow_is_changed_and_the_project_shows_where_it_stands(
    client: Client, admin: User
) -> None:
    login(client, admin)
    assert "第 1 版" in client.get(reverse("workflow:flow_list")).content.decode()
    data = {"step": ["1", "2"]} | step(1, "业务审核") | step(2, "领导审批", back="previous")
    alone = client.post(FLOW, data)
    assert alone.status_code == 422
    assert "「领导审批」没有另外的人能审批" in alone.content.decode()
    too_soon = client.post(FLOW, {"step": ["1"]} | step(1, "业务审核", days="0"))
    assert "应为 1 至 60" in too_soon.content.decode()
    make_user("admin")
    saved = client.post(FLOW, data, follow=True).content.decode()
    assert "已保存为第 2 版" in saved
    assert "领导审批" in saved
    again = client.post(FLOW, data | read_version(client, FLOW), follow=True)
    assert again.content.decode().count("步骤没有变化") == 1
    assert FlowVersion.objects.filter(subject="projects.project").count() == 2
    project = make_project(ProjectStatus.PENDING)
    queue = client.get(reverse("projects:approvals")).content.decode()
    assert "业务审核" in queue
    told = client.post(reverse("projects:approve", args=[project.pk, project.version]))
    assert told.status_code == 204
    page = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert "业务审核：同意" in page
    assert (
        reverse("projects:approve", args=[project.pk, project.version]) not in page
    )  # another person's turn
    supervisor = make_user("supervisor")
    login(client, supervisor)
    client.post(reverse("projects:reject", args=[project.pk]), {"reason": "请再核对"})
    page = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert "领导审批：不同意" in page
    assert "请再核对" in page


def test_nothing_typed_is_lost(client: Client, admin: User) -> None:
    login(client, admin)
    data = {"step": ["1", "2"]} | step(1, "业务审核") | step(2, "")
    again = client.post(FLOW, data)
    assert again.status_code == 422
    text = again.content.decode()
    assert "业务审核" in text
    assert "请填写步骤名称" in text
    refused = client.post(FLOW, {"step": ["1"]} | step(1, "审核", back="previous"))
    assert "只能退回申请人" in refused.content.decode()


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("add", ["甲", "乙", ""]),
        ("after:0", ["", "甲", "乙"]),
        ("after:1", ["甲", "", "乙"]),
        ("up:2", ["乙", "甲"]),
        ("down:1", ["乙", "甲"]),
        ("up:1", ["甲", "乙"]),
        ("remove:1", ["乙"]),
        ("nonsense:9", ["甲", "乙"]),
    ],
)
def test_the_buttons_change_the_steps(
    client: Client, admin: User, operation: str, names: list[str]
) -> None:
    login(client, admin)
    data = {"step": ["1", "2"], "op": operation} | step(1, "甲") | step(2, "乙")
    page = client.post(STEPS, data).content.decode()
    inputs = re.findall(r'<input[^>]*name="s\d+-name"[^>]*>', page)
    values = [re.search(r'value="([^"]*)"', found) for found in inputs]
    assert [value[1] if value else "" for value in values] == names


def test_an_unknown_flow_is_not_found(client: Client, admin: User) -> None:
    login(client, admin)
    assert client.get(reverse("workflow:flow", args=["tests.nothing"])).status_code == 404
