"""应急抽取 in browsers: declared in time, called, answered before a supervisor, and said on the sheet."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from tests.e2e.pages import drawer, lines_of, sign_in
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def confirm(page, second, button: str) -> None:
    """Agree as ``second`` in the window of whoever asked."""
    page.fill("确认人的账号 / 手机号 / 邮箱", second.username, within=drawer(page))
    page.fill("确认人的密码", PASSWORD, within=drawer(page))
    page.press(button, within=drawer(page))


@pytest.mark.shows("DRAW-31")
def test_the_operator_calls_and_enters_the_answer(open_browser) -> None:
    operator, supervisor = make_user("operator"), make_user("supervisor")
    for number in range(4):
        make_expert(f"应急专家{number}")
    draw = make_draw(now=timezone.now(), operator=operator, seats=1)
    desk, room = open_browser(), open_browser(phone=True)
    sign_in(desk, operator)
    sign_in(room, operator)
    room.open(reverse("draws:room", args=[draw.pk]))
    desk.open(reverse("draws:detail", args=[draw.pk]))

    desk.press("应急抽取")
    desk.fill("应急原因", "距开标不足两小时，仍缺 1 人", within=drawer(desk))
    desk.press("提交申请", within=drawer(desk))
    desk.sees("有人申请转为应急抽取")
    desk.press("当面确认")
    desk.fill("确认人的账号 / 手机号 / 邮箱", operator.username, within=drawer(desk))
    desk.fill("确认人的密码", PASSWORD, within=drawer(desk))
    desk.press("确认转为应急", within=drawer(desk))
    expect(drawer(desk)).to_contain_text("没有确认这项申请的权限")
    confirm(desk, supervisor, "确认转为应急")
    desk.sees("已转为应急抽取")
    room.sees("应急抽取")

    invitation = Invitation.objects.get(draw=draw)
    called = Expert.objects.get(pk=expert_id_of(invitation))
    assert called.name not in desk.text
    desk.press("代登记", within=lines_of(desk))
    desk.press("查看姓名和电话（留痕）", within=drawer(desk))
    expect(drawer(desk)).to_contain_text(called.name)
    drawer(desk).get_by_label("同意", exact=True).check()
    desk.fill("说明", "电话答复参加", within=drawer(desk))
    desk.press("提交申请", within=drawer(desk))
    desk.sees("第 1 行登记为「同意」")
    desk.press("当面确认")
    confirm(desk, supervisor, "确认登记")
    expect(lines_of(desk).first).to_contain_text(f"{supervisor.name} 确认")
    desk.sees("抽取成功")
    assert called.name not in desk.text
    assert room.overflow <= 0
