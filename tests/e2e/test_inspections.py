"""A yearly inspection is opened at a desk, handed in on a telephone, returned, and passed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.inspections.enums import State
from expertpool.inspections.models import Inspection, Round
from expertpool.inspections.services.rounds import fill_round
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def see(screen: Screen, name: str) -> None:
    if folder := os.environ.get("EXPERTPOOL_PICTURES"):
        screen.page.wait_for_timeout(500)
        screen.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert screen.overflow <= 0


def upload(screen: Screen, kind: str, path: Path) -> None:
    box = screen.page.locator(f"#attachments-{kind}")
    box.locator("input[type=file]").set_input_files(path)
    box.get_by_role("button", name="上传").click()
    expect(screen.page.locator(f"#attachments-{kind}")).to_contain_text(path.name)


@pytest.mark.shows("EXP-49")
def test_from_the_opening_to_the_result(
    open_browser: OpenBrowser, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    clerk, owner = make_user("admin"), make_user("expert", name="王立新")
    make_expert("王立新", user=owner)
    desk = open_browser()
    sign_in(desk, clerk)
    desk.open("/inspections/")
    desk.press("新建年检")
    see(desk, "inspection-form")
    desk.press("保存", within=drawer(desk))
    desk.sees("现有 1 位在库专家")
    desk.press("开启并通知专家")
    desk.confirm()
    desk.sees("正在建立名单")
    fill_round(round_id=Round.objects.get().pk, now=timezone.now())

    file = tmp_path / "证书.pdf"
    file.write_bytes(b"%PDF-1.7\n%%EOF\n")
    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open("/my/inspections/")
    see(phone, "inspection-own")
    phone.press("填报")
    phone.page.get_by_label("本年度情况").fill("没有变化，继续教育 72 学时。")
    phone.sees("已自动保存")
    for kind in ("m1", "m2"):
        upload(phone, kind, file)
    phone.page.get_by_label("我已阅读并承诺以上内容").check()
    see(phone, "inspection-fill")
    phone.press("提交年检")
    phone.sees("待审核")

    row = Inspection.objects.get()
    desk.open(f"/inspections/of/{row.pk}/")
    desk.sees("继续教育 72 学时")
    desk.press("审核")
    drawer(desk).get_by_label("退回修改").check()
    drawer(desk).get_by_label("「本年度继续教育证明」要改什么").fill("没有盖章")
    see(desk, "inspection-decide")
    desk.press("提交", within=drawer(desk))
    desk.sees("年检审核：已退回申请人")

    phone.open(f"/my/inspections/{row.pk}/")
    phone.sees("本年度继续教育证明：没有盖章")
    see(phone, "inspection-returned")
    phone.page.get_by_label("我已阅读并承诺以上内容").check()
    phone.press("提交年检")
    phone.sees("待审核")

    desk.open(f"/inspections/of/{row.pk}/")
    desk.press("审核")
    drawer(desk).get_by_label("通过", exact=True).check()
    desk.press("提交", within=drawer(desk))
    desk.sees("年检审核：已通过")
    row.refresh_from_db()
    assert row.state == State.PASSED
    see(desk, "inspection-passed")
