"""Units come to be once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.services.units import (
    foresee_units,
    resolve_unit,
    resolve_units,
    save_unit,
)
from tests.factories.experts import make_uscc

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
ONE, TWO = make_uscc(1), make_uscc(2)


def aliases(unit: Unit) -> set[str]:
    return set(unit.aliases.values_list("name", flat=True))


def test_a_new_unit_is_made_once() -> None:
    made = resolve_unit(name=" 河南省设计院（集团） ")
    assert (made.name, made.normalised_name) == ("河南省设计院（集团）", "河南省设计院(集团)")
    assert resolve_unit(name="河南省 设计院(集团)") == made
    assert Unit.objects.count() == 1
    assert not UnitAlias.objects.exists()


def test_the_uscc_decides_and_a_near_name_becomes_an_alias() -> None:
    made = resolve_unit(name="河南省设计院", uscc=ONE)
    near = "河南省设计院有限公司"
    assert resolve_unit(name=near, uscc=ONE) == made
    assert aliases(made) == {near}
    assert resolve_unit(name=near) == made
    assert resolve_unit(name="河南省设计院", uscc=TWO) != made


@pytest.mark.shows("EXP-16")
@pytest.mark.parametrize("name", ["豫设院", "完全另一家公司", "河南省第二设计院"])
def test_a_code_makes_no_unit_of_an_unlike_name(name: str) -> None:
    resolve_unit(name="河南省第一设计院", uscc=ONE)
    with pytest.raises(ValidationError, match="名称不像同一家"):
        resolve_unit(name=name, uscc=ONE)
    # Who was asked goes on knowing it; the unit learns no name by that.
    made = resolve_unit(name=name, uscc=ONE, knowing=True)
    assert (made.name, aliases(made)) == ("河南省第一设计院", set())
    assert resolve_unit(name=name) != made
    # Of a new code nobody knows whose it is.
    pairs = [("荆州学院", TWO), ("荆州设计院", TWO)]
    with pytest.raises(ValidationError, match="荆州设计院"):
        resolve_units(pairs)
    assert foresee_units(pairs).unlike == {
        pairs[0]: ["荆州设计院"],
        pairs[1]: ["荆州学院"],
    }
    assert not Unit.objects.filter(uscc=TWO).exists()


def test_a_unit_known_by_name_gets_its_uscc() -> None:
    made = resolve_unit(name="设计院")
    assert resolve_unit(name="设计院", uscc=ONE) == made
    made.refresh_from_db()
    assert made.uscc == ONE


def test_a_bare_name_prefers_the_unit_with_a_uscc() -> None:
    Unit.objects.create(name="设计院", normalised_name="设计院")
    coded = Unit.objects.create(name="设计院", normalised_name="设计院", uscc=ONE)
    assert resolve_unit(name="设计院") == coded


@pytest.mark.parametrize(
    ("name", "uscc"), [("", ""), (" ", ONE), ("设计院", "123"), ("字" * 201, "")]
)
def test_what_is_no_unit_is_refused_and_nothing_is_written(name: str, uscc: str) -> None:
    with pytest.raises(ValidationError):
        resolve_units([("好单位", ""), (name, uscc)])
    assert not Unit.objects.exists()


def test_many_are_resolved_together(django_assert_max_num_queries: Any) -> None:
    old = resolve_unit(name="老单位", uscc=ONE)
    pairs = [
        ("老单位", ""),
        ("新单位", ""),
        ("新 单位", ""),
        ("新单位", TWO),
        ("老单位有限公司", ONE),
    ]
    pairs += [(f"单位{at}", "") for at in range(500)]
    found = resolve_units(pairs)
    assert found["老单位", ""] == found["老单位有限公司", ONE] == old
    assert found["新单位", ""] == found["新 单位", ""] == found["新单位", TWO]
    assert found["新单位", ""].uscc == TWO
    assert len({unit.pk for unit in found.values()}) == 502 == Unit.objects.count()
    assert all(unit.pk for unit in found.values())
    with django_assert_max_num_queries(5):  # two, and those of the transaction
        assert resolve_units(pairs) == found


def save(actor: User, unit: Unit, *names: str) -> Unit:
    return save_unit(unit=unit, aliases=names, actor=actor, now=NOW)


def test_a_unit_is_saved_with_its_aliases_and_logged(admin: User) -> None:
    made = save(
        admin, Unit(name="河南省设计院", uscc=ONE), "豫设院", " 豫 设院 ", "河南省设计院", ""
    )
    assert aliases(made) == {"豫 设院"}
    save(admin, made, "省院")
    assert aliases(made) == {"省院"}
    save(admin, made, "省院")
    first, second = Entry.objects.filter(action__startswith="directory.").order_by("id")
    assert first.after == {
        "name": "河南省设计院",
        "uscc": ONE,
        "active": True,
        "confirmed": True,
        "aliases": ["豫 设院"],
    }
    assert (second.before["aliases"], second.after["aliases"]) == (["豫 设院"], ["省院"])


def test_a_renamed_unit_keeps_its_former_name(admin: User) -> None:
    """The next list calls it as it was called."""
    unit = save(admin, Unit(name="荆州建筑设计院"), "荆建院")
    unit.name = "荆州城市设计集团"
    save(admin, unit, "荆建院")
    assert aliases(unit) == {"荆建院", "荆州建筑设计院"}
    assert resolve_unit(name="荆州建筑设计院") == unit
    save(admin, unit, "荆建院")  # what is not wanted is taken away
    assert aliases(unit) == {"荆建院"}
    unit.name = "荆州城市设计 集团"
    save(admin, unit)
    assert aliases(unit) == set()


def test_a_former_name_that_another_has_stays_the_others(admin: User) -> None:
    one, two = (
        save(admin, Unit(name="设计院", uscc=ONE)),
        save(admin, Unit(name="设计院", uscc=TWO)),
    )
    one.name = "荆州设计院"
    save(admin, one)
    assert aliases(one) == set()
    assert resolve_unit(name="设计院") == two


def test_doubles_are_refused(admin: User) -> None:
    save(admin, Unit(name="设计院", uscc=ONE))
    with pytest.raises(ValidationError, match="已有同名单位"):
        save(admin, Unit(name="设计 院"))
    with pytest.raises(ValidationError):
        save(admin, Unit(name="别的院", uscc=ONE))
    assert save(admin, Unit(name="设计院", uscc=TWO)).pk
    with pytest.raises(ValidationError, match="营业执照"):
        save(admin, Unit(name="第三院", uscc="123"))
