"""Charts of the home page: other ones for each role, each number the list that it leads to."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from expertpool.projects.enums import ProjectStatus
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_specialty
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PAGE = reverse("reports:home")
ROLES = ("admin", "operator", "department", "finance", "supervisor", "auditor")


@pytest.fixture
def department():
    own = make_department()
    for specialty in (make_specialty("A"), make_specialty("B")):
        make_expert(specialties=(specialty,), department=own)
    make_project(ProjectStatus.APPROVED, department=own)
    make_project(ProjectStatus.DRAFT, department=own)
    return own


@pytest.mark.shows("OVW-03", "OVW-17")
def test_each_role_has_charts_of_its_own_whose_numbers_are_lists(client, department):
    labels = {}
    for role in ROLES:
        login(client, make_user(role, department=department))
        charts = client.get(PAGE).context["charts"]
        labels[role] = tuple(one["label"] for one in charts)
        assert 1 <= len(charts) <= 4, role
        for one in charts:
            assert client.get(one["url"]).status_code == 200
            for line, (_, figure, url) in one["lines"]:
                if url and not one["label"].startswith(("人工", "劳务")):
                    assert client.get(url).context["total"] == int(figure), (role, line.label)
            drawn = json.loads(one["json"])
            assert drawn["values"] == [
                float(figure.replace(",", "")) for _, (_, figure, _) in one["lines"]
            ]
    assert "劳务费（元）：按评审月份" in labels["finance"]
    assert "在库专家：按专业大类" in labels["operator"]
    assert len(set(labels.values())) >= 4, labels


def test_who_counts_nothing_has_none(client):
    login(client, make_user("expert"))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_they_ask_the_same_for_any_number_of_lines(
    client, admin, count, django_assert_max_num_queries
):
    for at in range(count):
        make_project(ProjectStatus.APPROVED, department=make_department())
        make_expert(specialties=(make_specialty(f"A{at}"),))
    login(client, admin)
    assert PAGE in client.get("/").content.decode()
    client.get(PAGE)
    with django_assert_max_num_queries(30):
        client.get(PAGE)
