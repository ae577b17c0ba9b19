from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.exceptions import (
    ApproverIsApplicant,
    NoteRequired,
    ProjectChanged,
    ProjectError,
    TransitionNotAllowed,
)
from expertpool.projects.models import Project
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.projects.services.state import set_draw_state
from tests.factories.accounts import make_user
from tests.factories.projects import make_project


@pytest.mark.django_db
@pytest.mark.shows("PRJ-01")
def test_the_applicant_never_approves_whatever_his_role():
    applicant = make_user("admin")
    project = make_project(ProjectStatus.PENDING, applicant=applicant)
    with pytest.raises(ApproverIsApplicant):
        approve_project(
            project=project, version=project.version, actor=applicant, now=timezone.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(decided_by=applicant)


@pytest.mark.django_db
@pytest.mark.shows("PRJ-01")
def test_only_an_approved_project_is_drawn():
    for status in (ProjectStatus.DRAFT, ProjectStatus.PENDING, ProjectStatus.REJECTED):
        project = make_project(status)
        with pytest.raises(TransitionNotAllowed, match="审核通过"):
            set_draw_state(project, DrawState.DRAWING, actor=None, now=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(draw_state=DrawState.DRAWING)
    project = make_project(ProjectStatus.PENDING)
    approve_project(
        project=project, version=project.version, actor=make_user("supervisor"), now=timezone.now()
    )
    set_draw_state(project, DrawState.DRAWING, actor=None, now=timezone.now())
    project.refresh_from_db()
    assert project.draw_state == DrawState.DRAWING


@pytest.mark.django_db
def test_a_rejection_says_why():
    project = make_project(ProjectStatus.PENDING)
    with pytest.raises(NoteRequired):
        reject_project(project=project, actor=make_user("supervisor"), now=timezone.now(), note=" ")
    project.refresh_from_db()
    assert project.status == ProjectStatus.PENDING


@pytest.mark.django_db
def test_the_applicant_learns_the_decision_and_why():
    project = make_project(ProjectStatus.REJECTED)
    (message,) = Message.objects.filter(occasion="project.decided")
    assert message.recipient_key == recipient_key(project.created_by.username)
    assert message.subject == f"项目已退回：{project.name}"
    assert "缺少附件" in message.body


@pytest.mark.django_db
def test_a_stale_copy_decides_nothing():
    project = make_project(ProjectStatus.PENDING)
    stale = Project.objects.get(pk=project.pk)
    approve_project(
        project=project, version=project.version, actor=make_user("supervisor"), now=timezone.now()
    )
    with pytest.raises(ProjectChanged):
        reject_project(
            project=stale, actor=make_user("supervisor"), now=timezone.now(), note="晚了一步"
        )
    assert not Entry.objects.filter(action="project.reject").exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_decide_once():
    project = make_project(ProjectStatus.PENDING)
    approvers = [make_user("supervisor"), make_user("admin")]
    together = Barrier(2)

    def decide(approver):
        try:
            copy = Project.objects.get(pk=project.pk)
            together.wait()
            approve_project(project=copy, version=copy.version, actor=approver, now=timezone.now())
        except ProjectError as refusal:
            return type(refusal)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(decide, approvers))
    assert sorted(results, key=str) == [ProjectChanged, None]
    assert Entry.objects.filter(action="project.approve").count() == 1
