"""An expert scores at a desk and on a telephone whose line breaks, and signs what both have filled in."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from expertpool.reviews.models import Submission
from expertpool.reviews.queries.sheets import sheets_of
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.scoring import make_open, reviewer_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""

SLOWLY = """() => {
  const send = window.fetch;
  window.fetch = async (...what) => {
    document.body.dataset.underWay = "1";
    await new Promise((done) => setTimeout(done, 1500));
    return send(...what);
  };
}"""


def cell(screen: Screen, row: int, column: int = 0) -> Locator:
    return screen.page.locator(f'[data-row="{row}"][data-column="{column}"]')


@pytest.mark.shows("OVW-13")
def test_scores_from_two_devices_and_a_broken_line_are_signed_once(
    open_browser: OpenBrowser,
) -> None:
    owner = make_user("expert", name="王立新")
    expert = make_expert("王立新", user=owner)
    review = make_open(make_user("operator"), now=timezone.now(), pool=(expert,))
    row = reviewer_of(review, expert)
    desk = open_browser()
    sign_in(desk, owner)
    desk.open("/my/scoring/")
    desk.press("评分")
    cell(desk, 0).select_option("通过")
    cell(desk, 0, 1).select_option("通过")
    # A block from Excel; then Enter leads down, and what cannot be is said at the cell.
    cell(desk, 1).evaluate(PASTE, "50\t61\n良\t优\n")
    expect(desk.page.locator(".field-error:visible")).to_have_text(
        "超出范围：请填 0 至 60 之间的分数。"
    )
    desk.sees("已保存")
    cell(desk, 1, 1).fill("60")
    cell(desk, 1, 1).press("Enter")
    expect(cell(desk, 2, 1)).to_be_focused()
    expect(desk.page.locator(".field-error:visible")).to_have_text("给最高分的，请说明理由。")
    expect(desk.page.locator("tfoot")).to_contain_text("65")

    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open(f"/my/scoring/{row.pk}/")
    assert phone.overflow <= 0
    phone.page.context.set_offline(True)
    cell(phone, 1).fill("48.5")
    phone.sees("评分已暂存在这台设备上")
    # Meanwhile the desk goes on with the same item.
    cell(desk, 1).fill("52")
    expect(desk.page.locator("[data-status]")).to_have_text("正在保存…")
    desk.sees("已保存")
    phone.page.context.set_offline(False)
    phone.sees("在另一台设备上改过")
    phone.press("保留这里填的")
    phone.sees("已保存")
    phone.page.get_by_label("评审对象").select_option("1")
    reason = phone.page.get_by_role("textbox", name="T-2 二标段投标文件 方案 的理由")
    reason.fill("方案完整")
    phone.sees("已评完")
    phone.page.get_by_text("已保存").wait_for()
    # On a slow line the button waits for what is under way, and sends what was typed since: it did nothing.
    phone.page.evaluate(SLOWLY)
    reason.fill("唯一完全响应")
    expect(phone.page.locator("body")).to_have_attribute("data-under-way", "1")
    reason.fill("唯一完全响应的方案")
    phone.press("核对提交")
    phone.sees("48.5")
    pad = phone.page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    phone.page.mouse.move(box["x"] + 30, box["y"] + 40)
    phone.page.mouse.down()
    for at in range(12):
        phone.page.mouse.move(box["x"] + 30 + 12 * at, box["y"] + 40 + 9 * (at % 3))
    phone.page.mouse.up()
    phone.press("签字提交")
    phone.sees("第 1 版")
    made = Submission.objects.get(reviewer=row)
    assert made.content["T-1"]["2.1.1"] == ["48.5", ""]
    assert made.content["T-2"]["2.1.1"] == ["60", "唯一完全响应的方案"]
    assert {one.item.number: one.scores for one in sheets_of(row)} == made.content
    # The other device learns that it is too late.
    desk.expected.append("409")
    cell(desk, 1).fill("40")
    desk.sees("您已经提交了评分表")
