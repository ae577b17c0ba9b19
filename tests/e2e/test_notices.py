"""A notice is written at a desk, to experts who were filtered, and confirmed on a telephone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.notices.models import ExpertNotice, Receipt
from expertpool.notices.services.sending import send_out
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, attach, drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.notices import deliver_all

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def see(screen: Screen, name: str) -> None:
    if folder := os.environ.get("EXPERTPOOL_PICTURES"):
        screen.page.wait_for_timeout(500)
        screen.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert screen.overflow <= 0


@pytest.mark.shows("EXP-50")
def test_from_the_list_of_experts_to_the_confirmation(
    open_browser: OpenBrowser, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    clerk, owner = make_user("operator"), make_user("expert", name="王立新")
    make_expert("王立新", user=owner)
    make_expert("李建国")
    make_expert("张晓红")
    desk = open_browser()
    sign_in(desk, clerk)
    desk.open("/experts/")
    desk.page.get_by_label("选择王立新").check()
    desk.page.get_by_label("选择李建国").check()
    desk.press("发通知")
    drawer(desk).get_by_label("新通知的标题").fill("年度培训通知")
    desk.press("下一步", within=drawer(desk))
    desk.sees("已加入 2 位专家")
    desk.press("修改")
    drawer(desk).get_by_label("正文").fill("请于十二月十日前选择班次。")
    drawer(desk).get_by_label("需要确认收到").check()
    see(desk, "notice-form")
    desk.press("保存", within=drawer(desk))
    desk.sees("请于十二月十日前选择班次。")
    (tmp_path / "日程.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    attach(desk, tmp_path / "日程.pdf")
    desk.press("预览与发送")
    expect(drawer(desk)).to_contain_text("2 位")
    see(desk, "notice-preview")
    desk.press("发送", within=drawer(desk))
    desk.confirm()
    desk.sees("正在发送")
    row = ExpertNotice.objects.get()
    send_out(notice_id=row.pk, now=timezone.now())
    deliver_all()
    desk.sees("已发送")
    expect(desk.stat("收件人")).to_contain_text("2")

    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open("/my/notices/")
    phone.sees("待确认")
    see(phone, "notice-own")
    phone.press("年度培训通知")
    phone.sees("请于十二月十日前选择班次。")
    phone.sees("日程.pdf")
    see(phone, "notice-read")
    phone.press("确认收到")
    phone.sees("您已确认收到")
    assert Receipt.objects.count() == 2

    desk.open(f"/notices/{row.pk}/?tab=confirmed")
    desk.sees("王立新")
    see(desk, "notice-answered")
    desk.press("提醒")
    desk.confirm()
    desk.sees("正在提醒 1 位专家")
    # The page comes anew after what was said, and would take the question away.
    desk.open(f"/notices/{row.pk}/")
    desk.press("撤回")
    desk.page.get_by_role("alertdialog").get_by_label("撤回原因").fill("日期写错")
    desk.confirm()
    desk.sees("日期写错")
    phone.open(f"/my/notices/{row.pk}/")
    phone.sees("这则通知已撤回")
    assert "十二月十日" not in phone.text
