"""What is meant for the drawer is a whole page for whoever opens its address; each page in the frame leads to the
section of a manual."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.architecture.forms import pages
from tests.architecture.world import make_world
from tests.fixtures import login

HEAD = 'class="drawer-head"'
HELP = re.compile(r'class="icon-button bar-help" href="([^"]*)"')
# Whose 「帮助」 leads to the contents alone: fewer with time, never more. The manuals themselves need none.
WITHOUT_SECTION: set[str] = set()


@pytest.mark.django_db
def test_every_drawer_opened_by_its_address_is_a_page(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    admin = world.users["admin"]
    client = login(Client(), admin)
    shown = list(pages(world, client, admin))
    helped = {name: HELP.search(page) for name, _, page in shown if HEAD not in page}
    assert sum(found is not None for found in helped.values()) > 50
    without = {name for name, found in helped.items() if found and "#" not in found[1]}
    assert {name for name in without if not name.startswith("manuals:")} == WITHOUT_SECTION
    drawers = {name: (url, page) for name, url, page in shown if HEAD in page}
    assert len(drawers) > 20
    assert [name for name, (_, page) in drawers.items() if "<!doctype html>" not in page] == []
    backs = {
        name: page.split('data-back="')[1].split('"')[0] for name, (_, page) in drawers.items()
    }
    # The bell leads to one's own messages from every page, and no menu entry does.
    lost = [name for name, back in backs.items() if back == "/"]
    assert lost == ["notifications:message"], (
        f"back to 「/」 only: {lost}; see docs/howto/build-a-page.md, 7"
    )
    # Not from page to page: where somebody is led he may be.
    assert {back for back in backs.values() if client.get(back).status_code != 200} == set()
    assert backs["accounts:user_edit"] == reverse("accounts:user_list")
    assert backs["projects:batch_edit"].startswith("/projects/batches/")
    url, _ = drawers["accounts:user_edit"]
    inside = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert HEAD in inside
    assert "<html" not in inside
