from __future__ import annotations

import json

import pytest
from django.urls import reverse

from expertpool.draws.models import ConditionTemplate, DrawPlan
from expertpool.projects.enums import ProjectStatus
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
WOMEN = json.dumps({"field": "sex", "op": "eq", "value": "female"})
PAGE = {
    "group": ["1"],
    "g1-name": "技术",
    "g1-seats": "3",
    "g1-level": ["1"],
    "g1-l1-criteria": WOMEN,
}


def keep(client, **changes):
    data = {"template_name": "信息化", "template_shared": "on"} | PAGE | changes
    return client.post(reverse("draws:template_keep"), data)


@pytest.mark.shows("DRAW-07")
def test_the_groups_of_the_page_are_kept_and_used_again(client, operator):
    project = make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    assert keep(login(client, operator)).status_code == 204
    template = ConditionTemplate.objects.get()
    page = client.get(reverse("draws:plan", args=[project.pk])).content.decode()
    assert "信息化" in page
    empty = {"group": ["1"], "g1-level": ["1"], "op": "use_template", "template": template.pk}
    groups = client.post(reverse("draws:plan_groups", args=[project.pk]), empty).content.decode()
    assert groups.count('name="group"') == 1
    assert 'value="技术"' in groups
    added = client.post(
        reverse("draws:plan_groups", args=[project.pk]), empty | {"g1-name": "经济"}
    ).content.decode()
    assert added.count('name="group"') == 2
    assert not DrawPlan.objects.exists()


def test_an_unfinished_page_or_no_name_is_refused(client, operator):
    login(client, operator)
    assert keep(client, template_name=" ").status_code == 409
    assert keep(client, **{"g1-seats": ""}).status_code == 409
    assert not ConditionTemplate.objects.exists()


def test_only_the_owner_deletes_and_only_shared_ones_are_seen(client, operator, admin):
    keep(login(client, operator))
    template = ConditionTemplate.objects.get()
    address = reverse("draws:template_delete", args=[template.pk])
    login(client, admin)
    assert "信息化" in client.get(reverse("draws:templates")).content.decode()
    assert client.post(address).status_code == 409
    ConditionTemplate.objects.update(shared=False)
    assert "信息化" not in client.get(reverse("draws:templates")).content.decode()
    assert client.post(address).status_code == 404
    assert login(client, operator).post(address).status_code == 204
    assert login(client, make_user("auditor")).get(reverse("draws:templates")).status_code == 403
