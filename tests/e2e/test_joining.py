"""Somebody applies on his telephone; the office sends it back, and takes him in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from expertpool.experts.models import Expert
from expertpool.joining.models import Application
from expertpool.notifications.models import Message
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.joining import id_number, make_draft, make_recommendation, scan

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media"),
]
WORD = "Ruku-Shenqing-7"


def picture(name: str) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": scan(name).read()}


@pytest.mark.shows("PORT-05")
def test_what_is_typed_before_the_script_came_is_saved(open_browser: OpenBrowser) -> None:
    """On a slow line a page can be filled in seconds before its scripts are there."""
    user = make_user("applicant")
    make_draft(user)
    phone = open_browser(phone=True)
    sign_in(phone, user)
    held: list[Route] = []
    phone.page.route("**/joining*.js", lambda route: held.append(route))  # noqa: PLW0108 - a method takes no mark of theirs
    phone.page.goto(f"{phone.address}/join/mine/basic/", wait_until="commit")
    phone.fill("通讯地址", "长安街 1 号")
    assert held
    for route in held:
        route.continue_()
    phone.sees("已自动保存")


@pytest.mark.shows("PORT-08", "PORT-09")
def test_the_link_of_a_recommendation_is_answered(open_browser: OpenBrowser) -> None:
    """A page that tells nobody where one comes from has its own form refused, by browsers alone."""
    expert, user = make_expert("王推荐"), make_user("expert")
    give_account(expert, user)
    make_recommendation(expert, user)
    letter = Message.objects.filter(occasion="joining.recommended").first()
    assert letter
    path = re.search(r"/join/by/[\w-]+/", letter.body)
    assert path
    phone = open_browser(phone=True)
    phone.open(path[0])
    phone.page.get_by_label("我已阅读").check()
    phone.press("发送验证码")
    phone.sees("验证码")
    assert Message.objects.filter(occasion="joining.code").exists()


@pytest.mark.shows("PORT-01")
def test_the_poster_of_a_code_is_no_wider_than_a_telephone(open_browser: OpenBrowser) -> None:
    phone = open_browser(phone=True)
    sign_in(phone, make_user("admin"))
    phone.open("/joining/entrance/wechat/")
    phone.sees("/join/?c=")
    assert phone.overflow == 0


@pytest.mark.shows("PORT-01", "PORT-05", "PORT-06", "EXP-13")
def test_from_the_first_page_to_the_pool(open_browser: OpenBrowser) -> None:
    phone = open_browser(phone=True)
    page = phone.page
    phone.open("/join/?c=qr")
    phone.press("开始申请")
    phone.fill("姓名", "李申请")
    phone.fill("手机号或邮箱", "13812340001")
    page.get_by_label("我已阅读").check()
    phone.press("发送验证码")
    phone.sees("138****0001")
    code = re.search(r"\d{6}", Message.objects.get(occasion="joining.code").body)
    assert code
    phone.fill("验证码", code[0])
    phone.fill("设置登录密码", WORD)
    phone.fill("再输一次密码", WORD)
    phone.press("开始填写")
    phone.press("继续填写")
    expect(page.get_by_label("姓名")).to_have_value("李申请")
    page.get_by_label("证件号码").press_sequentially(id_number(7))
    phone.sees("已自动保存")
    page.reload()
    expect(page.get_by_label("证件号码")).to_have_value(id_number(7))
    assert phone.overflow == 0
    phone.press("下一步")
    phone.press("下一步")
    phone.sees("请填写")  # what is missing is said where it is
    page.get_by_role("combobox", name="评审专业").press_sequentially("沙漠化治理工程")
    page.locator(".cascader-popup .cascader-tick").first.click()
    page.keyboard.press("Escape")
    phone.fill("工作单位", "长沙市建筑设计研究院")
    phone.sees("已自动保存")
    phone.press("下一步")
    phone.fill("单位名称", "南昌市水利院")
    phone.fill("开始年月", "2002-07")
    phone.press("再加一段经历")
    expect(page.locator("#jobs .row-item")).to_have_count(2)
    phone.press("下一步")
    page.locator("input[name=photo]").set_input_files(picture("照片.png"))
    expect(page.locator("img.photo")).to_be_visible()
    page.locator("input[name=files]").set_input_files(picture("职称证书.png"))
    phone.sees("职称证书.png")
    phone.press("下一步")
    assert phone.overflow == 0
    phone.press("提交申请")
    phone.sees("勾选同意后再提交")
    page.get_by_label("我已阅读").check()
    phone.press("提交申请")
    phone.sees("审核中")
    # Back to what was refused: the browser could not show it without sending the form once more.
    page.go_back()
    phone.sees("审核中")
    application = Application.objects.get()
    assert application.channel == "qr"

    office = open_browser()
    sign_in(office, make_user("admin"))
    office.open(f"/joining/{application.pk}/")
    office.press("退回补正")
    office.fill("证明材料", "看不清，请重新拍照", within=drawer(office))
    office.press("退回申请人", within=drawer(office))
    office.sees("已退回李申请补正")
    page.reload()
    phone.sees("看不清，请重新拍照")
    phone.press("去补正")
    page.locator("input[name=files]").set_input_files(picture("清楚的证书.png"))
    phone.sees("清楚的证书.png")
    # One beside the other: the button had the place of one that stands below a form.
    row = page.locator(".file-list li").last
    look, away = row.get_by_text("预览").bounding_box(), row.get_by_text("删除").bounding_box()
    assert look
    assert away
    assert abs(look["y"] + look["height"] / 2 - away["y"] - away["height"] / 2) <= 1
    phone.press("下一步")
    page.get_by_label("我已阅读").check()
    phone.press("提交申请")
    phone.sees("审核中")
    office.open(f"/joining/{application.pk}/")
    office.press("同意")
    office.press("同意", within=drawer(office))
    office.sees("专家档案")
    assert Expert.objects.get().status == "formal"
    page.reload()
    phone.sees("您已成为专家")
