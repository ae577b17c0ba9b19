"""Names stand encrypted for their row, and are found, compared and put in order all the same (docs/decisions/0540)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.fields import UNREADABLE, opens
from expertpool.core.ordering import Places
from expertpool.experts.models import Expert
from expertpool.experts.queries.alike import experts_alike, namesakes
from expertpool.experts.queries.experts import email_index
from expertpool.experts.queries.names import (
    BY_NAME,
    _Known,
    called,
    name_index,
    named_like,
)
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.packs import pack_experts
from expertpool.experts.services.profile import update_expert
from tests.core.importing.sheets import write_xlsx
from tests.factories.experts import NOW, make_expert, make_unit, rename
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-38")]


def test_the_rows_say_no_name(admin: User, tmp_path: Path) -> None:
    """Whichever way they were written: by the models, by COPY, packed or not."""
    make_expert("欧阳修远")
    update_expert(expert=make_expert("甲"), values={"name": "司马光远"}, actor=admin, now=NOW)
    path = write_xlsx(tmp_path / "名单.xlsx", [["姓名", "手机号"], ["诸葛明远", "13800138000"]])
    import_file(path, actor=admin, now=NOW)
    pack_experts()
    parts = ["欧阳", "司马", "诸葛", "oyxy", "smgy", "zgmy"]
    assert all(named_like(parts).values())
    with connection.cursor() as cursor:
        for table in ("experts_expert", "experts_searchpack", "experts_expertversion"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")  # noqa: S608
            rows = [text for (text,) in cursor.fetchall()]
            assert rows
            for part in parts:
                words = [part, part.encode().hex()]
                assert not [row for row in rows if any(word in row for word in words)]


def test_no_column_can_be_asked_for_one() -> None:
    for asked in ({"name": "甲"}, {"name__contains": "甲"}, {"name__in": ["甲"]}):
        with pytest.raises(FieldError, match="encrypted"):
            Expert.objects.filter(**asked).exists()


def test_who_has_exactly_this_name_is_compared(admin: User) -> None:
    unit = make_unit("甲院")
    first = make_expert("王小明", employer=unit)
    second = make_expert("王小明", employer=unit)
    make_expert("王小明明", employer=unit)
    assert {*Expert.objects.filter(called(["王小明"]))} == {first, second}
    assert not Expert.objects.filter(called([]))
    assert [one.expert for one in experts_alike(second)] == [first]
    assert {*namesakes({"王小明", "无此人"}, None)} == {"王小明"}
    make_expert("JOHN SMITH", email="john@example.cn")
    assert experts_alike(Expert(name="John Smith", email_index=email_index("john@example.cn")))
    assert {*namesakes({"John Smith", "王○明"}, None)} == {"John Smith"}
    rename([second], "李小明")
    assert second.name_index == name_index("李小明")
    assert experts_alike(second) == []


def test_a_name_that_somebody_moved_says_so_and_is_mended(client: Client, admin: User) -> None:
    one, other = make_expert("王小明"), make_expert("李丽")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE experts_expert SET name = (SELECT name FROM experts_expert WHERE id = %s)"
            " WHERE id = %s",
            [other.pk, one.pk],
        )
    one.refresh_from_db()
    assert one.name == UNREADABLE
    assert not opens(one, "name")
    one.save()  # as it is: nothing is written over it
    assert not opens(Expert.objects.get(pk=one.pk), "name")
    login(client, admin)
    for address in (reverse("experts:list"), reverse("experts:detail", args=[one.pk])):
        page = client.get(address).content.decode()
        assert UNREADABLE in page
    found = named_like(["王小明", "李丽", "无法"])
    assert {text: {*keys} for text, keys in found.items()} == {
        "王小明": set(),
        "李丽": {other.pk},
        "无法": set(),
    }
    with pytest.raises(ValidationError):
        update_expert(expert=one, values={"title": "工程师"}, actor=admin, now=NOW)
    update_expert(expert=one, values={"name": "王小明"}, actor=admin, now=NOW)
    assert Expert.objects.get(pk=one.pk).name == "王小明"


def test_the_order_is_as_long_as_there_are_experts_however_high_their_keys() -> None:
    named = {name: make_expert(name) for name in ("赵一", "李二", "王三")}
    named["丁四"] = make_expert("丁四", pk=734_010_101)  # of a pool that was brought along
    assert list(BY_NAME.of(Expert.objects.all())) == [
        named[one] for one in ("丁四", "李二", "王三", "赵一")
    ]
    assert len(BY_NAME.places().keys) == 4


def test_an_order_that_takes_long_is_not_worked_out_again_at_once() -> None:
    now = time.monotonic()
    quick, slow = (_Known("a", Places(()), now, seconds) for seconds in (0.1, 4))
    assert quick.holds_for("a")
    assert not quick.holds_for("b")
    assert slow.holds_for("b")
    assert not slow._replace(at=now - 41).holds_for("b")
