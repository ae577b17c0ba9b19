from __future__ import annotations

from itertools import product

import pytest
from django.utils import timezone

from expertpool.projects.enums import (
    DRAW_TRANSITIONS,
    STATUS_TRANSITIONS,
    DrawState,
    ProjectStatus,
)
from expertpool.projects.exceptions import TransitionNotAllowed
from expertpool.projects.models import Project
from expertpool.projects.services.state import set_draw_state, set_project_status
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def draft(once):
    with once():
        return make_project()


@pytest.fixture(scope="module")
def approved(once):
    with once():
        return make_project(ProjectStatus.APPROVED)


@pytest.mark.parametrize(("old", "new"), list(product(ProjectStatus.values, repeat=2)))
def test_every_pair_of_statuses(old, new, draft):
    project = Project.objects.get(pk=draft.pk)
    Project.objects.filter(pk=project.pk).update(status=old)
    project.refresh_from_db()
    change = {"action": "project.update", "actor": None, "now": timezone.now()}
    if new in STATUS_TRANSITIONS[old]:
        set_project_status(project, new, **change)
        expected = new
    else:
        with pytest.raises(TransitionNotAllowed):
            set_project_status(project, new, **change)
        expected = old
    assert Project.objects.get(pk=project.pk).status == expected


@pytest.mark.parametrize(("old", "new"), list(product(DrawState.values, repeat=2)))
def test_every_pair_of_draw_states(old, new, approved):
    project = Project.objects.get(pk=approved.pk)
    Project.objects.filter(pk=project.pk).update(draw_state=old)
    project.refresh_from_db()
    if new in DRAW_TRANSITIONS[old]:
        set_draw_state(project, new, actor=None, now=timezone.now())
        expected = new
    else:
        with pytest.raises(TransitionNotAllowed):
            set_draw_state(project, new, actor=None, now=timezone.now())
        expected = old
    assert Project.objects.get(pk=project.pk).draw_state == expected


@pytest.mark.parametrize("new", DrawState.values)
def test_an_archived_project_is_never_drawn_again(new, approved):
    project = Project.objects.get(pk=approved.pk)
    set_project_status(
        project,
        ProjectStatus.ARCHIVED,
        action="project.update",
        actor=None,
        now=timezone.now(),
    )
    with pytest.raises(TransitionNotAllowed):
        set_draw_state(project, new, actor=None, now=timezone.now())


def test_the_tables_speak_of_every_state():
    assert set(STATUS_TRANSITIONS) == set(ProjectStatus.values)
    assert set(DRAW_TRANSITIONS) == set(DrawState.values)
