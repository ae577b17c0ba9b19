"""What a list shows by its address."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from expertpool.core.counting import Recent
from expertpool.core.views.listing import (
    FilterForm,
    ListTab,
    PicksRefused,
    RowCount,
    listing,
    picked_rows,
)
from expertpool.directory.models import Title

pytestmark = pytest.mark.django_db
TABS = (
    ListTab("", "全部"),
    ListTab("high", "高级", Q(level__gte=3)),
    ListTab("low", "初级", Q(level=1)),
)


class TitleFilter(FilterForm):
    q = forms.CharField(label="关键词", max_length=5)
    level = forms.IntegerField(label="级别")

    def narrow(self, rows: Any) -> Any:
        if name := self.value("q"):
            rows = rows.filter(name__contains=name)
        return rows.filter(level=self.value("level")) if self.value("level") else rows


@pytest.fixture(autouse=True)
def _titles(db: None) -> None:
    Title.objects.all().delete()
    Title.objects.bulk_create(Title(name=f"职称{at:02d}", level=at % 5) for at in range(25))


def get(address: str = "") -> HttpRequest:
    return RequestFactory().get(f"/list/?{address}")


def shown(address: str = "", **kwargs: Any) -> Any:
    options = {"sorts": {"name": "name", "level": ("level", "name")}, "default_sort": "name"}
    request = get(address)
    form = TitleFilter(request.GET)
    return listing(request, Title.objects.all(), form=form, **(options | kwargs))


def names(result: Any) -> list[str]:
    return [title.name for title in result.page]


def test_pages_have_one_of_three_sizes() -> None:
    assert (len(shown().page), len(shown("size=50").page), len(shown("size=7").page)) == (
        20,
        25,
        20,
    )
    assert names(shown("page=2"))[0] == "职称20"
    assert names(shown("page=99")) == names(shown("page=2"))
    assert names(shown("page=x")) == names(shown())


def test_a_page_far_down_and_one_in_another_order_are_found_by_their_keys_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def statement(result: Any) -> str:
        return str(result.page.object_list.query)

    last = shown("page=2")
    assert statement(last).count("SELECT") == 1
    narrowed = shown("q=职称&sort=-level")
    assert statement(narrowed).count("SELECT") == 2
    assert names(narrowed) == names(shown("sort=-level"))

    monkeypatch.setattr("expertpool.core.views.listing.FAR", 20)
    assert statement(shown()).count("SELECT") == 1
    far = shown("page=2")
    assert statement(far).count("SELECT") == 2
    assert names(far) == names(last)


def test_only_named_columns_sort() -> None:
    assert names(shown("sort=-name"))[0] == "职称24"
    assert names(shown("sort=-level"))[:2] == ["职称24", "职称19"]
    assert names(shown("sort=level"))[:2] == ["职称00", "职称05"]
    for unknown in ("sort=pk", "sort=password", "sort=--name", "sort=-"):
        assert names(shown(unknown)) == names(shown())


def test_filters_narrow_and_wrong_ones_say_so() -> None:
    assert names(shown("q=07")) == ["职称07"]
    wrong = shown("level=x&q=07")
    assert names(wrong) == []
    assert "level" in wrong.form.errors


def test_tabs_count_what_the_filters_leave() -> None:
    result = shown("q=职称1&tab=high&size=50&page=2", tabs=TABS)
    assert [(tab["label"], tab["count"], tab["active"]) for tab in result.tabs] == [
        ("全部", 10, False),
        ("高级", 4, True),
        ("初级", 2, False),
    ]
    assert names(result) == ["职称13", "职称14", "职称18", "职称19"]
    assert "tab" not in result.tabs[0]["url"]
    assert result.tabs[2]["url"].endswith("tab=low&size=50")


def test_a_tab_that_can_hold_nobody_counts_for_itself_alone() -> None:
    tabs = (*TABS, ListTab("nobody", "没有", Q(pk__in=[])), ListTab("rest", "其余", ~Q(pk__in=[])))
    result = shown("q=职称1", tabs=tabs)
    assert [tab["count"] for tab in result.tabs] == [10, 4, 2, 0, 10]
    assert len(result.page) == 10


def test_an_unknown_tab_shows_nobody_and_nothing_is_done_to_all() -> None:
    """Everybody would look like an answer; a bulk action would be about them."""
    unknown = shown("tab=zzz", tabs=TABS)
    assert (names(unknown), unknown.context["is_unknown_tab"]) == ([], True)
    assert [tab["active"] for tab in unknown.tabs] == [False] * 3
    assert not shown("tab=high", tabs=TABS).context["is_unknown_tab"]
    assert names(shown("tab=zzz")) == names(shown())  # of a list without tabs it says nothing
    with pytest.raises(PicksRefused, match="没有这个标签页"):
        picked({"all": "1", "count": "25"}, "tab=zzz")


def test_a_page_costs_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # counts, rows
        names(shown("q=1", tabs=TABS))


def picked(post: dict[str, Any], address: str = "") -> set[str]:
    request = RequestFactory().post(f"/list/?{address}", post)
    rows = picked_rows(request, Title.objects.all(), form=TitleFilter, tabs=TABS)
    return set(rows.values_list("name", flat=True))


def test_a_bulk_action_is_about_the_ticked_rows() -> None:
    rows = Title.objects.filter(name__in=["职称01", "职称02"]).order_by("name")
    keys = list(rows.values_list("pk", flat=True))
    assert picked({"pk": keys}) == {"职称01", "职称02"}
    assert picked({"pk": [keys[0], "x", "9" * 30]}) == {"职称01"}
    assert picked({}) == set()


def test_or_about_all_that_the_list_shows() -> None:
    assert picked({"all": "1", "count": "2"}, "q=职称1&tab=low") == {"职称11", "职称16"}
    assert len(picked({"all": "1", "count": "25"})) == 25


@pytest.mark.parametrize("count", ["24", "26", "0", "x", ""])
@pytest.mark.shows("EXP-19")
def test_nothing_is_done_to_what_nobody_saw(count: str) -> None:
    """Somebody added a row, or took one away, between the question and the answer."""
    with pytest.raises(PicksRefused, match="现在是 25 条，没有处理"):
        picked({"all": "1", "count": count})
    with pytest.raises(PicksRefused, match="您确认时是 未知 条"):
        picked({"all": "1"})


def test_of_the_ticked_none_may_be_missing() -> None:
    key = Title.objects.get(name="职称01").pk
    assert picked({"pk": [key], "count": "1"}) == {"职称01"}
    with pytest.raises(PicksRefused, match="您确认时是 2 条，现在是 1 条"):
        picked({"pk": [key, 10**9], "count": "2"})


@pytest.mark.shows("EXP-19")
def test_an_invalid_filter_selects_nobody() -> None:
    assert picked({"all": "1", "count": "0"}, "level=nonsense") == set()


def test_the_conditions_of_a_list_are_told_in_words() -> None:
    assert shown("q=职称1&tab=low", tabs=TABS).context["conditions"] == "初级；关键词 职称1"
    assert shown("", tabs=TABS).context["conditions"] == ""
    assert shown("level=nonsense", tabs=TABS).context["conditions"] == ""


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists count up to 10 as they open, up to 5 when narrowed or for the pages."""
    for name, limit in (("COUNT_ALL", 10), ("COUNT_NARROWED", 5)):
        monkeypatch.setattr(f"expertpool.core.views.listing.{name}", limit)
    monkeypatch.setattr("expertpool.core.views.listing._far_beyond", Recent())


def counts(result: Any) -> list[str]:
    return [f"{tab['count']:,}" for tab in result.tabs]


@pytest.mark.usefixtures("_few")
def test_counts_say_at_least_beyond_their_limit() -> None:
    assert counts(shown(tabs=TABS)) == ["10+", "10", "5"]
    assert f"{shown().page.paginator.count:,}" == "10+"
    assert f"{shown('q=07').page.paginator.count:,}" == "1"


@pytest.mark.usefixtures("_few")
def test_what_is_far_beyond_its_limit_is_not_counted_again_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert counts(shown(tabs=TABS))[0] == "10+"
        return statements[0]["sql"].count("count(*)")

    first, second = asked(), asked()
    assert (first, second) == (3, 2)
    monkeypatch.setattr("expertpool.core.counting.LATELY", 0)
    assert asked() == 3
    Title.objects.filter(name__gt="职称10").delete()  # 11 are left: more than 10, not far more
    assert asked() == 3
    monkeypatch.setattr("expertpool.core.counting.LATELY", 60)
    assert asked() == 3


@pytest.mark.usefixtures("_few")
def test_a_narrowed_list_is_gone_through_once_and_its_open_tab_counted_for_its_pages() -> None:
    everything = shown("q=职称", tabs=TABS)
    assert counts(everything)[0] == "5+"
    assert all(text.endswith("+") for text in counts(everything))
    low = shown("q=职称&tab=low", tabs=TABS)
    assert low.tabs[2]["count"] == len(low.page) == 5


@pytest.mark.usefixtures("_few")
def test_of_too_many_rows_some_stand_for_all() -> None:
    class Some(TitleFilter):
        def narrow(self, rows: Any) -> Any:
            self.some = rows.filter(name__startswith="职称1")
            return rows.filter(name__startswith="职称")

    request = get("tab=low")
    result = listing(
        request,
        Title.objects.all(),
        sorts={"name": "name"},
        default_sort="name",
        form=Some(request.GET),
        tabs=TABS,
    )
    assert counts(result) == ["5+", "2+", "5"]
    assert names(result) == ["职称01", "职称06", "职称11", "职称16", "职称21"]


def test_of_many_rows_the_open_tab_is_counted_as_far_as_pages_are_turned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Some(TitleFilter):
        def narrow(self, rows: Any) -> Any:
            self.some = rows.filter(name="职称01")
            return rows.filter(name__startswith="职称")

    def counted(address: str) -> str:
        request = get(address)
        form = Some(request.GET)
        rows, sorts = Title.objects.all(), {"name": "name"}
        result = listing(request, rows, sorts=sorts, default_sort="name", form=form)
        return f"{result.page.paginator.count:,}"

    monkeypatch.setattr("expertpool.core.views.listing.AHEAD", 0)
    assert [counted(f"page={page}") for page in (1, 2, "x", "9" * 50)] == [
        "20+",
        "25",
        "20+",
        "20+",
    ]
    assert counted("size=50") == "25"


def test_equal_rows_follow_the_direction() -> None:
    up, down = (
        names(shown(f"sort={sort}&size=50", sorts={"level": "level"}))
        for sort in ("level", "-level")
    )
    assert down == up[::-1]


def test_nobody_says_nought_of_what_was_not_counted_on() -> None:
    assert [f"{RowCount(at, is_least=True):,}" for at in (0, 1200)] == ["—", "1,200+"]
    assert f"{RowCount(0):,}" == "0"
