"""What is meant for the drawer is a whole page for whoever opens its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.architecture.forms import pages
from tests.architecture.world import make_world
from tests.fixtures import login

HEAD = 'class="drawer-head"'


@pytest.mark.django_db
def test_every_drawer_opened_by_its_address_is_a_page(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    admin = world.users["admin"]
    client = login(Client(), admin)
    drawers = {name: (url, page) for name, url, page in pages(world, client, admin) if HEAD in page}
    assert len(drawers) > 20
    assert [name for name, (_, page) in drawers.items() if "<!doctype html>" not in page] == []
    url, _ = drawers["accounts:user_edit"]
    inside = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert HEAD in inside
    assert "<html" not in inside
