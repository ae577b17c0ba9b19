"""A unit that many records refer to is merged by a run."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.bulk import work_off
from expertpool.core.models import BulkRun
from expertpool.directory.models import FormerUnit, Unit
from expertpool.directory.views import merging
from expertpool.experts.models import Expert
from tests.factories.experts import make_expert, make_unit
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-16")]


def test_of_many_records_a_run_merges_and_says_what_came_of_it(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MOST_AT_ONCE", 1)
    unit, into = make_unit("甲院"), make_unit("乙院")
    for name in ("张伟", "李娜"):
        make_expert(name, employer=unit)
    address = reverse("directory:unit_merge", args=[unit.pk])
    runs = []
    for _ in range(2):  # who asks twice is told so
        answer = login(client, admin).post(address, {"into": into.pk})
        runs.append(BulkRun.objects.latest("pk"))
        assert answer.headers["HX-Redirect"] == reverse("core:bulk_run", args=[runs[-1].pk])
        assert Unit.objects.filter(pk=unit.pk).exists()
    for run in runs:
        work_off(run_id=run.pk, now=timezone.now())
    assert Expert.objects.filter(employer=into).count() == 2
    assert FormerUnit.objects.get(pk=unit.pk).unit == into
    page = client.get(reverse("core:bulk_run", args=[runs[0].pk])).content.decode()
    assert "已合并到“乙院”" in page
    page = client.get(reverse("core:bulk_run", args=[runs[1].pk])).content.decode()
    assert "已办理 0 项" in page
