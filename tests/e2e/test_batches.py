"""批次 in a browser: projects are ticked and grouped, planned once, drawn once, shown in each."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.models import Draw
from tests.e2e.pages import drawer, finds, group_box, level_box, lines_of, sign_in
from tests.factories.accounts import make_user
from tests.factories.batches import make_members
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("PRJ-02", "PRJ-05", "DRAW-25")
def test_projects_are_grouped_planned_and_drawn_once(open_browser) -> None:
    for _ in range(6):
        make_expert()
    projects = make_members(72, 96, now=timezone.now())
    operator = open_browser()
    sign_in(operator, make_user("operator"))
    operator.open("/projects/")
    for project in projects:
        operator.page.get_by_label(f"选择{project.name}").check()
    operator.press("合并为批次")
    operator.fill("批次名称", "年末采购", within=drawer(operator))
    operator.press("合并", within=drawer(operator))
    operator.sees("已合并为批次「年末采购」")
    operator.page.get_by_role("tab", name="抽取方案").or_(
        operator.page.get_by_role("link", name="抽取方案")
    ).first.click()
    operator.press("设置抽取方案")
    group = group_box(operator, 1)
    group.get_by_label("组名").fill("综合")
    group.get_by_label("抽取人数").fill("3")
    finds(level_box(group, 1), 6)
    operator.press("保存")
    operator.sees("抽取方案已保存")
    operator.sees("批次共用方案")
    operator.press("开始抽取")
    operator.sees("共同抽取 3 人")
    operator.press("确认，开始抽取")
    operator.sees("共用这一组专家的项目")
    draw = Draw.objects.get()
    for project in projects:
        operator.open(reverse("projects:detail", args=[project.pk]) + "?tab=draw")
        operator.sees(draw.number)
        expect(lines_of(operator)).to_have_count(3)
    phone = open_browser(phone=True)
    sign_in(phone, make_user("operator"))
    phone.open(reverse("projects:batch_list"))
    phone.sees("年末采购")
    assert phone.overflow <= 0
