"""What public pages are called, and what is said of how they are counted."""

from __future__ import annotations

from expertpool.core.registry import PUBLIC_PAGES
from expertpool.reports.queries.records import TRAFFIC_BY

LONGEST = 8  # beside a bar


def test_each_has_a_name_as_short_as_the_label_of_a_bar() -> None:
    """A whole sentence stood there."""
    names = [page.label for page in PUBLIC_PAGES]
    assert [one for one in names if len(one) > LONGEST or "。" in one] == []
    assert len({*names}) == len(names)


def test_it_is_not_said_that_robots_are_left_out() -> None:
    """Nothing looks at which program asks."""
    assert "抓取页面的访问也计入" in TRAFFIC_BY.note
