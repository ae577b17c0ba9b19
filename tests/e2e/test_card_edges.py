"""What stands in a card keeps away from its edges, also where a table beside it reaches them."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.evaluations.services.windows import open_evaluation
from expertpool.reviews.models import Review
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import Thing
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert, make_unit
from tests.factories.fees import make_rate
from tests.factories.scoring import (
    make_open,
    make_review,
    make_submitted,
    reviewer_of,
    with_panel,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Of all buttons, facts and sentences: by how little one is away from the edges of its card or its body, in pixels.
LEAST = """() => Math.min(...[...document.querySelectorAll("main .card :is(.form-foot > *, .kv, .list-sum)")].map((one) => {
  const words = document.createRange();
  words.selectNodeContents(one);
  const inner = (one.matches(".list-sum") ? words : one).getBoundingClientRect();
  const outer = one.closest(one.matches(".list-sum") ? ".card-inside" : ".card").getBoundingClientRect();
  return Math.min(inner.left - outer.left, outer.right - inner.right, inner.top - outer.top, outer.bottom - inner.bottom);
}))"""


def least(screen: Screen) -> float:
    return float(screen.page.evaluate(LEAST))


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_what_stands_on_a_review_keeps_away_from_the_edges(
    open_browser: OpenBrowser, phone: bool
) -> None:
    operator, now = make_user("operator"), timezone.now()
    prepared: Review = make_review(operator, now=now)
    opened = with_panel(operator, now, seats=2, standbys=1)[0].review
    alone = make_open(operator, now=now, pool=[make_expert()], seats=1)
    screen = open_browser(phone=phone)
    sign_in(screen, operator)
    screen.open(f"/reviews/{alone.pk}/")
    screen.sees("还有 1 位专家没有提交")
    assert least(screen) >= 8
    for review, button in ((prepared, "添加评审对象"), (opened, "候补专家加入")):
        screen.open(f"/reviews/{review.pk}/")
        expect(screen.page.get_by_role("button", name=button)).to_be_visible()
        assert least(screen) >= 8
        screen.open(f"/projects/{review.project_id}/?tab=reviews")
        screen.sees("打开评审")
        assert least(screen) >= 8


@pytest.mark.shows("OVW-13")
def test_a_long_name_heads_a_card_within_the_screen_of_a_phone(open_browser: OpenBrowser) -> None:
    owner = make_user("expert", name="王立新")
    expert = make_expert("王立新", user=owner)
    consortium = "云帆数据科技股份有限公司（联合体：省第二测绘院、中电科第四十八研究所）"
    review = make_open(
        make_user("operator"),
        now=timezone.now(),
        pool=(expert,),
        things=(Thing("T-1", consortium),),
    )
    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open(f"/my/scoring/{reviewer_of(review, expert).pk}/submit/")
    heading = phone.page.get_by_role("heading", name=consortium)
    expect(heading).to_be_visible()
    # Not by the window: that of a phone grows with what it shows.
    right = heading.evaluate("(one) => one.getBoundingClientRect().right")
    assert right <= 390


@pytest.mark.shows("PRJ-16", "PRJ-15")
def test_a_long_unit_stands_within_the_screen_of_a_phone(open_browser: OpenBrowser) -> None:
    operator, now = make_user("operator"), timezone.now()
    unit = make_unit("省第二测绘院（国家工程技术研究中心华中分中心检测评价实验室）")
    expert = make_expert("王立新", employer=unit)
    give_account(expert, make_user("expert"))
    review = make_submitted(operator, expert, now=now).reviewer.review
    end_review(review=review, actor=operator, now=now)
    make_rate(now=now)
    rated = open_evaluation(project_id=review.project_id, now=now)
    assert rated
    phone = open_browser(phone=True)
    sign_in(phone, operator)
    for path in (f"/fees/projects/{review.project_id}/", f"/evaluations/{rated.pk}/"):
        assert phone.open(path) == 200
        phone.sees(unit.name)
        assert phone.overflow <= 0
