"""Numbers of experts: whatever is refused takes none, so that a gap in them means something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import import_file
from tests.api.caller import Caller
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_id_number, make_unit
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-01")]


def taken() -> int:
    """Return how many numbers have been given out of the database's row of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM experts_number_seq"
        )
        found: int = cursor.fetchone()[0]
        return found


@contextmanager
def no_number_taken() -> Iterator[None]:
    before, count = taken(), Expert.objects.count()
    yield
    assert (taken(), Expert.objects.count()) == (before, count)


@pytest.fixture
def refused() -> list[dict[str, str]]:
    """What is refused of a record, each for a reason of its own."""
    held = make_id_number("19660202")
    make_expert(phone="13911110001", email="a@b.cn", id_number=held, id_kind="resident")
    good = {"name": "李娜", "phone": "13911110002"}
    return [
        good | more
        for more in (
            {"phone": "1391"},
            {"phone": "13911110001"},
            {"email": "A@b.cn"},
            {"id_number": held},
            {"id_number": "110101198001010011"},
            {"name": ""},
            {"term_start_date": "2026-05-01", "term_end_date": "2026-04-01"},
        )
    ]


def test_refused_forms_take_no_number(admin: User, refused: list[dict[str, str]]) -> None:
    client = login(Client(), admin)
    unit = make_unit("甲院")
    make_expert("李娜", employer=unit)
    with no_number_taken():
        for posted in [*refused, {"name": "李娜", "phone": "13911110002", "employer_name": "甲院"}]:
            answer = client.post(reverse("experts:create"), posted)
            assert answer.status_code == 422, posted
    before = taken()
    answer = client.post(reverse("experts:create"), {"name": "王芳", "phone": "13911110003"})
    assert answer.status_code < 400
    assert taken() == before + 1
    assert Expert.objects.get(called(["王芳"])).number.endswith(f"{before + 1:06d}")


def test_what_an_interface_may_not_enter_takes_no_number(refused: list[dict[str, str]]) -> None:
    office = Caller(make_user("admin"))
    with no_number_taken():
        for sent in refused:
            assert office.post("/experts", sent).status_code == 422, sent


def test_refused_rows_of_an_import_take_no_number(
    tmp_path: Path, refused: list[dict[str, str]]
) -> None:
    headers = {"name": "姓名", "phone": "手机号", "id_number": "证件号码"}
    known = [one for one in refused if one.keys() <= headers.keys()]
    rows = [[one.get(code, "") for code in headers] for one in known]
    file = write_xlsx(tmp_path / "a.xlsx", [[*headers.values()], *rows])
    with no_number_taken():
        outcome = import_file(file, now=timezone.now())
        assert [one["row"] for one in outcome.refused] == [*range(2, len(rows) + 2)]
    before = taken()
    rows.insert(2, ["王芳", "13911110003", ""])
    file = write_xlsx(tmp_path / "b.xlsx", [[*headers.values()], *rows])
    assert import_file(file, now=timezone.now()).accepted == 1
    assert taken() == before + 1
