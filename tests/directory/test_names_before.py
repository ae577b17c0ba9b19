"""Names of units that stood before one dot was the other (docs/decisions/0646) are read anew."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.queries import units_matching
from tests.factories.experts import make_unit

read_anew = import_module("expertpool.directory.migrations.0011_names_read_alike").read_anew


@pytest.mark.django_db
def test_a_unit_that_stood_with_another_dot_is_found_by_any() -> None:
    one, other, third = (make_unit(name) for name in ("天山•建设院", "天山·建设院", "昆仑.北方院"))
    # Folded before: 0646 reads the radical as 户, Unicode as 戶.
    door = make_unit("\u2f3e部设计院")
    Unit.objects.filter(pk=door.pk).update(normalised_name="戶部设计院")
    UnitAlias.objects.create(unit=third, name="昆仑‧北院", normalised_name="昆仑‧北院")
    # What would be another's name stays an alias as it is.
    taken = UnitAlias.objects.create(unit=third, name="天山‧建设院", normalised_name="天山‧建设院")
    Unit.objects.update(compared=True)
    read_anew(apps, None)
    assert units_matching(name="天山∙建设院") == {one.pk, other.pk}
    assert units_matching(name="昆仑·北方院") == units_matching(name="昆仑•北院") == {third.pk}
    taken.refresh_from_db()
    assert taken.normalised_name == "天山‧建设院"
    assert units_matching(name="户部设计院") == units_matching(name="\u2f3e部设计院") == {door.pk}
    assert set(Unit.objects.filter(compared=False)) == {one, third, door}
