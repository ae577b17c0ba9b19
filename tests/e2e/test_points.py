"""An expert reads his points and asks for a service on a telephone; at a desk it is answered, and points are
corrected by two persons."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from expertpool.points.models import BenefitRequest
from expertpool.points.queries.ledger import balance_of
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.points import make_benefit, make_entry, make_level, make_point_rule

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("OVW-04", "OVW-18")
def test_points_are_read_a_service_is_asked_for_and_answered(open_browser: OpenBrowser) -> None:
    owner = make_user("expert", name="王立新")
    admin, second = make_user("admin"), make_user("admin")
    expert = make_expert("王立新", user=owner)
    make_level("普通专家", 0)
    make_level("资深专家", 50)
    make_point_rule("attended", 5)
    make_benefit("评审用车接送")
    make_entry(expert, points=42)
    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open("/my/points/")
    expect(phone.stat("当前积分")).to_contain_text("42")
    phone.sees("再得 8 分，成为「资深专家」")
    phone.sees("参加培训")
    assert phone.overflow == 0
    phone.press("申请")
    drawer(phone).get_by_label("需要什么").fill("周二上午从高铁站接一下")
    phone.press("提交申请", within=drawer(phone))
    phone.sees("待答复")

    desk = open_browser()
    sign_in(desk, admin)
    desk.open("/points/requests/")
    desk.sees("周二上午从高铁站接一下")
    desk.press("答复", within=desk.page.locator("#list"))
    drawer(desk).get_by_label("同意", exact=True).check()
    drawer(desk).get_by_label("答复").fill("已安排车辆，司机会提前联系您")
    desk.press("发送答复", within=drawer(desk))
    desk.sees("没有服务申请")
    assert BenefitRequest.objects.get().agreed
    phone.open("/my/points/")
    phone.sees("已安排车辆，司机会提前联系您")

    desk.open(f"/experts/{expert.pk}/?tab=points")
    desk.press("更正积分")
    drawer(desk).get_by_label("积分").fill("10")
    drawer(desk).get_by_label("原因").fill("讲课一次，规则里没有")
    desk.press("提交申请", within=drawer(desk))
    desk.sees("积分更正等待确认")
    other = open_browser()
    sign_in(other, second)
    other.open(f"/experts/{expert.pk}/?tab=points")
    other.press("确认更正")
    other.confirm()
    expect(other.page.locator("#tab")).to_contain_text("余额")
    expect(other.page.locator("#tab tbody")).to_contain_text("讲课一次，规则里没有")
    other.sees("资深专家")
    assert balance_of(expert) == 52
    assert other.overflow == 0
