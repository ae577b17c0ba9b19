"""What is scored, from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.importing import Row, check_rows
from expertpool.reviews.models import Review
from expertpool.reviews.services.importing import ItemImporter
from expertpool.reviews.services.organising import open_review
from tests.core.importing.sheets import import_by_page, refused_of, table_of, write_xlsx
from tests.factories.accounts import make_user
from tests.factories.scoring import make_review
from tests.fixtures import login

pytestmark = pytest.mark.django_db
HEAD = ["申报编号", "课题名称", "申报单位", "组别", "投标报价"]


def run(review: Review, rows: list[list[Any]], *, actor: User) -> tuple[int, list[str]]:
    importer = ItemImporter(actor=actor, now=timezone.now(), options={"review": str(review.pk)})
    header, rest = table_of(ItemImporter, [HEAD, *rows])
    assert header.is_clear
    refused: list[Row] = []
    totals = check_rows(importer, rest, header.codes, keep=True, refused=refused.append)
    importer.finish(totals, file_name="课题.xlsx")
    return totals.accepted, [f"{row.number} {row.faults[0].reason}" for row in refused]


@pytest.mark.shows("OVW-11")
def test_items_come_from_a_table_and_each_once(operator: User, client: Client) -> None:
    review = make_review(operator, now=timezone.now())
    rows = [
        ["K-1", "智慧水务", "水务集团", "信息", "120万"],
        ["K-2", "智慧交通", "交通集团", "", ""],
        ["K-1", "又一个", "", "", ""],
        ["T-1", "已经有的", "", "", ""],
        ["K-3", "", "", "", ""],
        ["K-4", "错的报价", "", "", "很多"],
    ]
    assert run(review, rows, actor=operator) == (
        2,
        ["4 编号重复", "5 编号重复", "6 名称为空", "7 报价（元）格式"],
    )
    found = review.items.order_by("place").values_list("number", "price")
    assert [(number, str(price)) for number, price in found][2:] == [
        ("K-1", "1200000.00"),
        ("K-2", "None"),
    ]
    assert Entry.objects.filter(action="review.import").count() == 1
    login(client, operator)
    assert review.project.name in client.get(reverse("reviews:import")).content.decode()
    open_review(review=review, actor=operator, now=timezone.now())
    assert run(review, rows[:1], actor=operator) == (0, ["2 没有选择评审"])
    assert run(review, rows[:1], actor=make_user("finance")) == (0, ["2 没有选择评审"])


@pytest.mark.shows("OVW-11")
@pytest.mark.usefixtures("media")
def test_items_are_uploaded_checked_and_taken_on_the_pages(
    operator: User, client: Client, tmp_path: Path
) -> None:
    review = make_review(operator, now=timezone.now())
    other = make_review(operator, now=timezone.now())
    rows = [HEAD, ["K-1", "智慧水务", "水务集团", "信息", "120万"], ["K-2", "智慧交通", "", "", ""]]
    login(client, operator)
    file = write_xlsx(tmp_path / "课题.xlsx", [*rows, ["K-3", "", "", "", ""]])
    run = import_by_page(client, "reviews:import", file, review=str(review.pk))
    assert (run.state, run.accepted, [one["row"] for one in refused_of(run)]) == ("done", 2, [4])
    found = review.items.filter(number__startswith="K").order_by("number")
    assert [(one.name, one.unit, one.category) for one in found] == [
        ("智慧水务", "水务集团", "信息"),
        ("智慧交通", "", ""),
    ]
    assert not other.items.filter(number__startswith="K").exists()
    # Of whom the review is no business, he puts nothing into it.
    login(client, make_user("finance"))
    assert client.get(reverse("reviews:import")).status_code in (403, 404)
