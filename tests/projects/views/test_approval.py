from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.queries import projects_to_decide
from expertpool.projects.settings import BLOCKING
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def pending(operator):
    return make_project(ProjectStatus.PENDING, applicant=operator, department=make_department())


@pytest.mark.shows("PRJ-01")
def test_an_approver_decides_from_the_queue(client, supervisor, pending):
    login(client, supervisor)
    assert pending.name in client.get(reverse("projects:approvals")).content.decode()
    assert projects_to_decide(supervisor).count() == 1
    client.post(reverse("projects:approve", args=[pending.pk, pending.version]))
    pending.refresh_from_db()
    assert (pending.status, pending.decided_by) == (ProjectStatus.APPROVED, supervisor)
    assert projects_to_decide(supervisor).count() == 0


def test_a_new_account_reads_from_when_it_may_approve(client, pending):
    new = make_user("supervisor", created_at=timezone.now() - timedelta(days=2))
    login(client, new)
    begins = moment_text(new.created_at + timedelta(days=7))
    page = client.get(reverse("projects:detail", args=[pending.pk])).content.decode()
    approve = reverse("projects:approve", args=[pending.pk, pending.version])
    assert f"暂不能审核通过：您的账号开通不满 7 天，{begins} 起才能作为第二人确认" in page
    assert approve not in page
    assert reverse("workflow:send_back", args=["projects.project", pending.pk]) in page
    queue = client.get(reverse("projects:approvals")).content.decode()
    assert f"{begins} 起才能作为第二人确认" in queue
    assert approve not in queue
    refused = client.post(approve)
    assert refused.status_code == 409
    assert begins in refused.content.decode()


def test_an_account_known_for_long_reads_nothing_of_it(client, supervisor, pending):
    login(client, supervisor)
    page = client.get(reverse("projects:detail", args=[pending.pk])).content.decode()
    assert "暂不能审核通过" not in page
    assert reverse("projects:approve", args=[pending.pk, pending.version]) in page


def test_a_rejection_needs_a_reason_and_shows_it(client, supervisor, pending):
    login(client, supervisor)
    assert client.post(reverse("projects:reject", args=[pending.pk])).status_code == 409
    client.post(reverse("projects:reject", args=[pending.pk]), {"reason": "缺采购需求"})
    page = client.get(reverse("projects:detail", args=[pending.pk])).content.decode()
    assert "缺采购需求" in page


@pytest.mark.shows("PRJ-01")
def test_the_applicant_neither_finds_nor_decides_his_own(client):
    applicant = make_user("admin")
    project = make_project(ProjectStatus.PENDING, applicant=applicant, department=make_department())
    login(client, applicant)
    assert list(client.get(reverse("projects:approvals")).context["page"]) == []
    response = client.post(reverse("projects:approve", args=[project.pk, project.version]))
    assert response.status_code == 409
    project.refresh_from_db()
    assert project.status == ProjectStatus.PENDING


def test_who_was_second_learns_it(client, supervisor, pending):
    login(client, supervisor)
    client.post(reverse("projects:approve", args=[pending.pk, pending.version]))
    response = client.post(reverse("projects:reject", args=[pending.pk]), {"reason": "晚了"})
    assert response.status_code == 409


def test_administrators_choose_the_rules_that_stop_a_draw(client, admin, operator):
    address = reverse("projects:rules")
    assert login(client, operator).get(address).status_code == 403
    login(client, admin)
    assert "招标投标法第三十七条" in client.get(address).content.decode()
    client.post(address, {"rules": ["tender.members"]})
    assert value_of(BLOCKING["tender"]) == ("tender.members",)
    client.post(address, read_version(client, address))
    assert not value_of(BLOCKING["tender"])
