"""应急抽取 in browsers: declared in time, called, answered before a supervisor, and said on the sheet."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from tests.e2e.pages import drawer, lines_of, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("DRAW-31")
def test_the_operator_calls_and_enters_the_answer(open_browser) -> None:
    operator = make_user("operator")
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
    desk.fill("在场监督人", operator.name, within=drawer(desk))
    desk.press("转为应急抽取", within=drawer(desk))
    expect(drawer(desk)).to_contain_text("在场监督人不能是经办人自己")
    assert drawer(desk).get_by_label("应急原因").input_value().startswith("距开标")
    desk.fill("在场监督人", "周监督", within=drawer(desk))
    desk.press("转为应急抽取", within=drawer(desk))
    desk.sees("已转为应急抽取")
    room.sees("应急抽取")

    invitation = Invitation.objects.get(draw=draw)
    called = Expert.objects.get(pk=expert_id_of(invitation))
    assert called.name not in desk.text
    desk.press("登记", within=lines_of(desk))
    desk.press("查看姓名和电话（留痕）", within=drawer(desk))
    expect(drawer(desk)).to_contain_text(called.name)
    drawer(desk).get_by_label("同意", exact=True).check()
    desk.fill("理由", "电话答复参加", within=drawer(desk))
    assert drawer(desk).get_by_label("在场监督人").input_value() == "周监督"
    desk.press("登记", within=drawer(desk))
    expect(lines_of(desk).first).to_contain_text("监督人 周监督")
    desk.sees("抽取成功")
    assert called.name not in desk.text
    assert room.overflow <= 0
