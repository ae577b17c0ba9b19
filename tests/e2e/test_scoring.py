"""An expert scores at a desk and on a telephone whose line breaks, and signs what both have filled in."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from expertpool.reviews.models import Reviewer, Submission
from expertpool.reviews.queries.sheets import sheets_of
from expertpool.reviews.services.organising import Thing
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

# When somebody typed, and when it was sent, by the clock of the page.
NOTED = """() => {
  Object.assign(window, { typedAt: [], sentAt: [] });
  document.addEventListener("input", () => window.typedAt.push(performance.now()), true);
  const send = window.fetch;
  window.fetch = (...what) => {
    if (what[1]?.method === "POST") window.sentAt.push(performance.now());
    return send(...what);
  };
}"""
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('scores:'))"


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


@pytest.mark.shows("OVW-13")
def test_what_is_refused_of_an_item_that_is_not_shown_is_told(open_browser: OpenBrowser) -> None:
    owner = make_user("expert", name="王立新")
    expert = make_expert("王立新", user=owner)
    review = make_open(make_user("operator"), now=timezone.now(), pool=(expert,))
    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open(f"/my/scoring/{reviewer_of(review, expert).pk}/")
    chooser = phone.page.get_by_label("评审对象")
    phone.page.context.set_offline(True)
    cell(phone, 0).select_option("通过")
    cell(phone, 1).fill("61")
    cell(phone, 2).select_option("良")
    phone.press("下一个")
    expect(chooser.locator("option").first).to_contain_text("✓")
    phone.sees("评分已暂存在这台设备上")
    phone.page.context.set_offline(False)
    phone.sees("红字处请改正：T-1 一标段投标文件")
    expect(chooser.locator("option").first).not_to_contain_text("✓")


def two_who_score() -> list[Reviewer]:
    """Two experts of one review, each with an account."""
    pool = [make_expert(name, user=make_user("expert", name=name)) for name in ("王立新", "李建国")]
    review = make_open(make_user("operator"), now=timezone.now(), pool=pool)
    return [reviewer_of(review, one) for one in pool]


def sheet_of(screen: Screen, row: Reviewer) -> None:
    """Sign in on this device as the expert of ``row``, and open what he scores."""
    screen.page.context.clear_cookies()
    assert row.expert.user
    sign_in(screen, row.expert.user)
    screen.open(f"/my/scoring/{row.pk}/")


@pytest.mark.shows("OVW-13")
def test_what_was_typed_without_a_line_outlives_the_page_and_is_no_one_elses(
    open_browser: OpenBrowser,
) -> None:
    his, hers = two_who_score()
    phone = open_browser(phone=True)
    sheet_of(phone, his)
    phone.page.context.set_offline(True)
    cell(phone, 1).fill("48.5")
    phone.sees("评分已暂存在这台设备上")
    device = phone.page.context
    phone.page.close()  # first: with a line it would send it at once
    device.set_offline(False)
    phone.page = device.new_page()
    assert not any(one.scores for one in sheets_of(his))
    # A colleague at the same device sees none of it, and sends none of it as his own.
    sheet_of(phone, hers)
    assert cell(phone, 1).input_value() == ""
    assert phone.page.evaluate(KEPT) == [f"scores:{his.pk}"]
    sheet_of(phone, his)
    assert cell(phone, 1).input_value() == "48.5"
    phone.sees("已保存")
    assert sheets_of(his)[0].scores["2.1.1"] == ["48.5", ""]
    assert not sheets_of(hers)[0].scores
    assert phone.page.evaluate(KEPT) == []


@pytest.mark.shows("OVW-13")
def test_a_draft_is_sent_once_two_seconds_after_the_last_letter(open_browser: OpenBrowser) -> None:
    row = two_who_score()[0]
    desk = open_browser()
    sheet_of(desk, row)
    desk.page.evaluate(NOTED)
    cell(desk, 3).press_sequentially("abcdefghij", delay=40)
    desk.sees("已保存")
    typed, sent = desk.page.evaluate("[typedAt, sentAt]")
    assert (len(typed), len(sent)) == (10, 1)
    assert 1900 <= sent[0] - typed[-1] < 5000
    assert sheets_of(row)[0].scores["2.2"] == ["abcdefghij", ""]


@pytest.mark.shows("OVW-13")
def test_arrows_lead_from_cell_to_cell(open_browser: OpenBrowser) -> None:
    owner = make_user("expert", name="王立新")
    expert = make_expert("王立新", user=owner)
    things = [Thing(f"T-{at}", f"投标文件{at}") for at in range(3)]
    review = make_open(make_user("operator"), now=timezone.now(), pool=(expert,), things=things)
    desk = open_browser()
    sheet_of(desk, reviewer_of(review, expert))

    def goes(key: str, row: int, column: int) -> None:
        desk.page.keyboard.press(key)
        expect(cell(desk, row, column)).to_be_focused()

    # Down and up over a column; a choice keeps them, it picks by them.
    cell(desk, 1).fill("50")
    goes("ArrowDown", 2, 0)
    goes("ArrowDown", 2, 0)
    expect(cell(desk, 2)).to_have_value("优")
    goes("ArrowRight", 2, 1)
    goes("ArrowLeft", 2, 0)
    cell(desk, 1).focus()
    goes("ArrowUp", 0, 0)
    # Within a number the caret goes first: from the left of it over both digits, then on.
    cell(desk, 1).focus()
    desk.page.keyboard.press("Home")
    goes("ArrowRight", 1, 0)
    goes("ArrowRight", 1, 0)
    # What cannot be filled in is passed over.
    cell(desk, 1, 1).evaluate("(field) => { field.disabled = true; }")
    goes("ArrowRight", 1, 2)
    goes("ArrowLeft", 1, 0)
    # In a text the arrows are the text's own, but at its ends.
    cell(desk, 3).fill("一\n二")
    goes("ArrowUp", 3, 0)
    goes("ArrowDown", 3, 0)
    desk.page.keyboard.press("Control+End")
    goes("ArrowRight", 3, 1)
    desk.sees("已保存")


@pytest.mark.shows("OVW-13")
def test_full_width_digits_stand_as_they_count(open_browser: OpenBrowser) -> None:
    row = two_who_score()[0]
    phone = open_browser(phone=True)
    sheet_of(phone, row)
    cell(phone, 1).fill("４８．５分")
    phone.sees("已保存")
    expect(cell(phone, 1)).to_have_value("48.5")
    expect(phone.page.locator(".score-sum b")).to_have_text("48.5")
    assert sheets_of(row)[0].scores["2.1.1"] == ["48.5", ""]
