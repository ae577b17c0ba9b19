"""The map of provinces: a tile for each of 34, with the number of the table and its list."""

from __future__ import annotations

import pytest
from django.urls import reverse

from expertpool.reports.queries.provinces import PLACES, tiles_of
from tests.factories.experts import make_division, make_expert
from tests.fixtures import login


@pytest.mark.django_db
@pytest.mark.shows("EXP-43", "OVW-17")
def test_each_tile_has_the_number_of_its_line_and_leads_to_its_list(client, admin):
    hunan = make_division("430000", "湖南省")
    for place in (hunan, hunan, make_division("110000", "北京市"), None):
        make_expert(division=place)
    page = login(client, admin).get(reverse("reports:statistics"), {"by": "province"})
    context = page.context
    counted = {line.key: line.sums["count"] for line in context["found"].lines if line.key}
    shown = {tile.key: tile.value for tile, _, _ in context["tiles"] if tile.value}
    assert shown == counted == {"43": 2, "11": 1}
    for tile, figure, url in context["tiles"]:
        assert bool(url) == bool(tile.value)
        if url:
            assert client.get(url).context["total"] == int(figure)
    other = client.get(reverse("reports:statistics"), {"by": "status"})
    assert not other.context["tiles"]


def test_34_divisions_each_at_a_place_of_its_own():
    assert len(PLACES) == 34
    assert len({one[0] for one in PLACES}) == len({one[2:] for one in PLACES}) == 34
    levels = {tile.key: tile.level for tile in tiles_of({"43": 100, "11": 1, "44": 60})}
    assert (levels["43"], levels["11"], levels["44"], levels["65"]) == (5, 1, 3, 0)
