"""A rate may hold for some projects alone: for which, the most specific of those that hold, and who pays by it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.core.fields import is_vouched
from expertpool.draws.queries.panel import who_sat
from expertpool.fees.models import FeeLine, FeeRate
from expertpool.fees.queries.rates import best_of, rates_for
from expertpool.fees.services.letters import payer_of
from expertpool.fees.services.rates import save_rate
from expertpool.fees.settings import PAYER
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_reviewed
from tests.factories.fees import LONG_AGO, make_rate, terms_of
from tests.factories.siteconfig import configure
from tests.fees.test_workload import row_of, run
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 18, 0))  # noqa: DTZ001


def rate(name: str, **said: Any) -> FeeRate:
    return save_rate(
        name=name,
        terms=terms_of("shandong"),
        project_kind=said.pop("project_kind", ""),
        effective_on=LONG_AGO,
        source="",
        active=True,
        base=0,
        actor=None,
        now=NOW,
        **said,
    )


@pytest.fixture
def project(operator: User) -> Project:
    return make_reviewed(operator, now=NOW, seats=1).project


@pytest.mark.shows("PRJ-29")
def test_the_most_specific_of_the_rates_that_hold_is_proposed(
    operator: User, project: Project
) -> None:
    """The first by name was, whatever the project was under and wherever."""
    other = "tender" if project.regime != "tender" else "procurement"
    rate("甲 通用")
    rate("乙 另一制度", regime=other)
    mine = rate("丙 本制度", regime=project.regime)
    assert [one.name for one in rates_for(project)] == ["丙 本制度", "甲 通用"]
    assert best_of(rates_for(project)) == [mine]
    elsewhere = Department.objects.create(name="分中心", path="9999/")
    rate("丁 分中心", department=elsewhere, regime=project.regime)
    here = rate("戊 本部门", department=project.department, regime=project.regime)
    assert best_of(rates_for(project)) == [here]
    assert here.holds_for == f"{here.get_regime_display()} · {project.department}及下级"
    assert all(is_vouched(one) for one in FeeRate.objects.all())
    FeeRate.objects.filter(pk=here.pk).update(department=elsewhere)
    assert not is_vouched(FeeRate.objects.get(pk=here.pk))
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRate.objects.filter(pk=mine.pk).update(regime="其他")


def test_of_several_that_hold_alike_somebody_has_to_choose(
    client: Client, operator: User, project: Project
) -> None:
    rate("甲")
    rate("乙")
    login(client, operator)
    url = reverse("fees:project", args=[project.pk])
    form = client.get(url).context["form"]
    assert form.initial["rate"] is None
    assert "请选择" in str(form["rate"])
    mine = rate("丙 本制度", regime=project.regime)
    assert client.get(url).context["form"].initial["rate"] == mine
    name = next(iter(who_sat(project).values())).name
    assert run([row_of(project, name)], operator) == (1, [])
    assert FeeLine.objects.get().rate == mine


def test_who_pays_is_what_the_rate_says(operator: User, project: Project) -> None:
    configure(PAYER, "市交易中心")
    line = FeeLine(project=project, rate=make_rate())
    assert payer_of(line) == "市交易中心"
    owner = str(project.purchaser or project.department)
    for pays, name in (
        ("owner", owner),
        ("agency", str(project.department)),
        ("centre", "市交易中心"),
    ):
        line.rate = rate(f"由{pays}", pays=pays)
        assert payer_of(line) == name


def test_the_page_of_rates_takes_and_shows_for_what_they_hold(client: Client) -> None:
    login(client, make_user("finance"))
    url = reverse("fees:rate_new")
    department = Department.objects.create(name="分中心", path="9999/")
    said = {
        "name": "分中心标准",
        "regime": "procurement",
        "department": department.pk,
        "pays": "agency",
        "effective_on": "2026-01-01",
        "stages": "以后 每1小时 100元",
        "holiday": "1",
        "active": "on",
    }
    assert client.get(url).status_code == 200
    assert client.post(url, said).status_code == 204
    row = FeeRate.objects.get()
    assert (row.regime, row.department, row.pays) == ("procurement", department, "agency")
    page = client.get(reverse("fees:rates")).content.decode()
    assert f"政府采购 · {department}及下级" in page
    assert "由代理机构（所属部门）付款" in page


@pytest.mark.shows("PRJ-29")
@pytest.mark.parametrize(
    ("said", "total", "steps"),
    [
        # 山西: two hours 300, then 100 an hour; twice as much on a holiday; at most 400 where it came to nothing.
        ({"code": "shanxi", "hours": "5"}, "600.00", ("第1至120分钟", "3个1小时×100元")),
        ({"code": "shanxi", "hours": "5", "is_holiday": "on"}, "1,200.00", ("法定节假日2倍",)),
        (
            {"code": "shanxi", "hours": "5", "outcome": "aborted"},
            "400.00",
            ("项目终止，最多400元",),
        ),
        ({"code": "shanxi", "hours": "5", "outcome": "not_reviewed"}, "100.00", ("到场未评审",)),
        # 山东: three hours 400, then 100 an hour; 200 to who came and was recused; 300 to who leads, as this office has it.
        ({"code": "shandong", "hours": "5", "outcome": "recused"}, "200.00", ("到场需回避",)),
        ({"code": "shandong", "hours": "5", "is_leader": "on"}, "900.00", ("组长加发", "300.00")),
        ({"code": "shandong", "hours": "5"}, "600.00", ("2个1小时×100元",)),
        ({"code": "shandong", "hours": "5+3.5", "other": "12.34"}, "1,062.34", ("第2天", "12.34")),
    ],
)
def test_what_came_of_a_review_and_who_he_was_are_tried_step_by_step(
    client: Client, said: dict[str, str], total: str, steps: tuple[str, ...]
) -> None:
    asked = {"outcome": "completed"} | said
    terms = replace(terms_of(asked.pop("code")), leader=Decimal(300))
    row = save_rate(
        name="试算",
        terms=terms,
        project_kind="",
        effective_on=LONG_AGO,
        source="",
        active=True,
        base=0,
        actor=None,
        now=timezone.now(),
    )
    login(client, make_user("finance"))
    page = client.get(reverse("fees:trial"), {"rate": str(row.pk), **asked}).content.decode()
    shown = "".join(re.sub(r"<[^>]+>", " ", page).split())
    assert f"应发{total}" in shown
    assert [one for one in steps if one not in shown] == []
