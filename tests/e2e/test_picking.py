"""人工抽取 in browsers: a search keeps what was chosen, another person confirms, roles are set."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.enums import PanelRole, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.replies import answer
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("DRAW-04", "DRAW-19", "DRAW-29")
def test_two_persons_choose_and_a_leader_is_named(open_browser) -> None:
    admin, supervisor, now = make_user("admin"), make_user("supervisor"), timezone.now()
    allow_manual_ways()
    for number in range(30):
        make_expert(f"候选{number:02d}")
    project = make_ready_project(now=now, seats=2)
    chooser, second = open_browser(), open_browser(phone=True)
    sign_in(chooser, admin)
    chooser.open(reverse("draws:pick", args=[project.pk, "allocated"]))
    ticked = chooser.page.locator("input[name=pick]:checked")
    assert ticked.count() == 2
    ticked.last.uncheck()
    chooser.fill("在可选专家中查找", "候选29")
    chooser.press("查找")
    chooser.page.get_by_label("综合：候选29").check()
    assert ticked.count() == 2
    chooser.fill("理由", "技术特别复杂")
    chooser.fill("批准文号", "批〔2026〕7号")
    chooser.press("提交确认")
    chooser.sees("人选等待确认")
    draw = Draw.objects.get()
    sign_in(second, supervisor)
    second.open(reverse("draws:detail", args=[draw.pk]))
    second.press("查看人选（留痕）")
    second.press("确认并邀请", within=drawer(second))
    second.confirm()
    second.sees("待答复")
    assert Invitation.objects.filter(draw=draw).count() == 2
    chooser.open(reverse("draws:detail", args=[draw.pk]))
    chooser.press("设置角色")
    drawer(chooser).get_by_label("第 2 位专家").select_option("leader")
    chooser.press("保存", within=drawer(chooser))
    chooser.sees("角色已设置")
    assert Invitation.objects.get(draw=draw, line=2).panel_role == PanelRole.LEADER
    assert second.overflow <= 0


@pytest.mark.shows("DRAW-04")
def test_a_list_by_hand_is_turned_down_chosen_again_and_completed(open_browser) -> None:
    admin, supervisor, now = make_user("admin"), make_user("supervisor"), timezone.now()
    allow_manual_ways()
    for number in range(4):
        make_expert(f"人选{number}")
    project = make_ready_project(now=now, seats=1)
    chooser, second = open_browser(), open_browser()
    sign_in(chooser, admin)
    sign_in(second, supervisor)

    def choose(name: str) -> None:
        chooser.open(reverse("draws:pick", args=[project.pk, "manual"]))
        chooser.page.get_by_label(f"综合：{name}").check()
        chooser.fill("理由", "只有他懂这种设备")
        chooser.fill("批准文号", "批〔2026〕8号")
        chooser.press("提交确认")
        chooser.sees("人选等待确认")

    def open_choice() -> None:
        second.open(reverse("draws:detail", args=[Draw.objects.first().pk]))
        second.press("查看人选（留痕）")

    choose("人选1")
    open_choice()
    second.sees("人选1")
    second.press("不同意", within=drawer(second))
    second.page.get_by_role("alertdialog").get_by_role("textbox").fill("应当另选")
    second.confirm()
    second.sees("未确认")
    assert not Invitation.objects.exists()

    choose("人选2")
    open_choice()
    second.press("确认并邀请", within=drawer(second))
    second.confirm()
    second.sees("待答复")
    second.sees("人工抽取")
    expect(second.page.get_by_role("link", name="抽取大厅")).to_have_count(0)
    draw = Draw.objects.first()
    line = Invitation.objects.get(draw=draw)
    answer(
        invitation=line,
        accept=False,
        reason="时间冲突",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )
    chooser.open(reverse("draws:detail", args=[draw.pk]))
    chooser.sees("人数不足")
    chooser.press("另选专家")
    chooser.page.get_by_label("综合：人选3").check()
    chooser.fill("理由", "原人选不能参加")
    chooser.press("提交确认")
    chooser.sees("人选等待确认")
    open_choice()
    second.press("确认并邀请", within=drawer(second))
    second.confirm()
    expect(second.page.get_by_role("table", name="抽取结果").locator("tbody tr")).to_have_count(2)
    visitor = open_browser()
    visitor.open(reverse("draws:verify_draw", args=[draw.public_id]))
    visitor.sees("这不是随机抽取")
    visitor.sees("批〔2026〕8号")
