"""Charts in a browser: drawn under the page's policy, at both widths, each with its numbers beside it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from playwright.sync_api import Locator, expect

from expertpool.experts.enums import ExpertStatus
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
BY_STATUS = "/draws/statistics/?topic=experts&by=status"
# How many points of a canvas have the colour of the bars.
COLOURED = """(canvas) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(canvas).getPropertyValue("--brand").trim();
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4)
    if (Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 12) found += 1;
  return found;
}"""


def charts(screen: Screen) -> list[Locator]:
    """The charts of the page, once something is drawn on each."""
    places = screen.page.locator("[data-enhance=chart]")
    expect(places.first.locator("canvas")).to_be_visible()
    screen.page.wait_for_timeout(600)  # until they have grown
    return places.all()


def is_drawn(chart: Locator) -> bool:
    return int(chart.locator("canvas").first.evaluate(COLOURED)) > 200


def sign_of(screen: Screen, chart: Locator) -> tuple[float, float]:
    """Where the sign in the corner of a chart is: it is drawn, and known by the mouse over it."""
    box = chart.bounding_box()
    assert box
    for left, down in product(range(12, 48, 6), range(8, 44, 6)):
        at = box["x"] + box["width"] - left, box["y"] + down
        screen.page.mouse.move(*at)
        if chart.evaluate("(place) => place.firstElementChild.style.cursor") == "pointer":
            return at
    raise AssertionError("no sign in the corner")


@pytest.fixture
def pool(transactional_db: None) -> None:
    """Three experts who are members, one whose membership rests."""
    for _ in range(3):
        make_expert()
    make_expert(status=ExpertStatus.FROZEN)


@pytest.mark.shows("EXP-43", "OVW-17")
def test_a_bar_leads_to_its_list_and_the_picture_is_kept(
    open_browser: OpenBrowser, pool: None
) -> None:
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    screen.open(BY_STATUS)
    (chart,) = charts(screen)
    assert is_drawn(chart)
    # Whoever cannot see it reads the same below.
    expect(chart).to_have_attribute("aria-label", re.compile("数字见下表"))
    rows = screen.page.locator("table tbody tr")
    assert [text.split()[:2] for text in rows.all_inner_texts()] == [["在库", "3"], ["冻结", "1"]]

    box = chart.locator("canvas").bounding_box()
    assert box
    x, y = sign_of(screen, chart)
    with screen.page.expect_download() as waited:  # 保存图片
        screen.page.mouse.click(x, y)
    assert waited.value.suggested_filename == "专家统计：按状态.png"
    picture = waited.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 2 * round(box["width"])
    assert len(picture) > 4000, "an empty one is smaller"

    first = 36 + (box["height"] - 66) / 4  # the middle of the upper of two bars
    screen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + first)
    screen.page.wait_for_url("**/experts/?*")
    expect(screen.page.locator("tbody tr")).to_have_count(3)


@pytest.mark.shows("EXP-43")
@pytest.mark.parametrize("phone", [False, True], ids=["1440", "390"])
def test_charts_are_drawn_at_both_widths(
    open_browser: OpenBrowser, pool: None, phone: bool
) -> None:
    screen = open_browser(phone=phone)
    sign_in(screen, make_user("admin"))
    for page in ("/", BY_STATUS, "/draws/statistics/?topic=experts&by=year", "/draws/wall/"):
        screen.open(page)
        drawn = [is_drawn(chart) for chart in charts(screen)]
        assert drawn, page
        assert any(drawn), f"nothing is drawn on {page}"
        assert screen.overflow <= 0, page
