"""What stands in a card keeps away from its edges, also where a table beside it reaches them."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.reviews.models import Review
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import make_user
from tests.factories.scoring import make_review, with_panel

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Of all buttons and facts: by how little one is away from the edges of its card, in pixels.
LEAST = """() => Math.min(...[...document.querySelectorAll("main .card .form-foot > *, main .card .kv")].map((one) => {
  const [inner, outer] = [one, one.closest(".card")].map((each) => each.getBoundingClientRect());
  return Math.min(inner.left - outer.left, outer.right - inner.right, inner.top - outer.top, outer.bottom - inner.bottom);
}))"""


def least(screen: Screen) -> float:
    return float(screen.page.evaluate(LEAST))


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_buttons_of_a_review_keep_away_from_the_edges(
    open_browser: OpenBrowser, phone: bool
) -> None:
    operator, now = make_user("operator"), timezone.now()
    prepared: Review = make_review(operator, now=now)
    opened = with_panel(operator, now, seats=2, standbys=1)[0].review
    screen = open_browser(phone=phone)
    sign_in(screen, operator)
    for review, button in ((prepared, "添加评审对象"), (opened, "候补专家加入")):
        screen.open(f"/reviews/{review.pk}/")
        expect(screen.page.get_by_role("button", name=button)).to_be_visible()
        assert least(screen) >= 8
        screen.open(f"/projects/{review.project_id}/?tab=reviews")
        screen.sees("打开评审")
        assert least(screen) >= 8
