"""Statistics kept under a name, own and shared."""

from __future__ import annotations

import pytest
from django.urls import reverse

from expertpool.core.models import SavedSearch
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PAGE, ADD = reverse("reports:statistics"), reverse("core:saved_add", args=["statistics"])


def keep(client, name: str, *, shared: bool = False, query: str = "topic=projects&by=year"):
    return client.post(f"{ADD}?{query}", {"name": name, **({"shared": "on"} if shared else {})})


@pytest.mark.shows("EXP-46", "EXP-47")
def test_a_statistic_is_kept_opened_and_shared(client, operator):
    make_project(department=make_department("甲部"))
    login(client, operator)
    assert keep(client, "年度项目", shared=True).status_code < 400
    assert keep(client, "仅自己").status_code < 400
    # A name is his once.
    assert "已有同名的常用查询" in keep(client, "仅自己").content.decode()
    (own, shared) = client.get(PAGE).context["saved"]
    assert (own.name, shared.name) == ("仅自己", "年度项目")
    opened = client.get(shared.url).context["reading"]
    assert (opened.topic.code, opened.dimension.code) == ("projects", "year")
    # Somebody else opens the shared one, counts in his scope, and cannot delete it.
    other = make_user("department", department=make_department("乙部"))
    login(client, other)
    (offered,) = client.get(PAGE).context["saved"]
    assert offered.delete_url == ""
    assert client.get(offered.url).context["found"].total.sums["count"] == 0
    row = SavedSearch.objects.get(name="年度项目")
    assert client.post(reverse("core:saved_delete", args=[row.pk])).status_code == 409
    login(client, operator)
    client.post(own.delete_url)
    assert [one.name for one in client.get(PAGE).context["saved"]] == ["年度项目"]


def test_only_pages_of_statistics_are_kept(client, operator):
    login(client, operator)
    assert client.get(reverse("core:saved_add", args=["ledger"])).status_code == 404
    assert client.get(reverse("core:saved_add", args=["months"])).status_code == 200
