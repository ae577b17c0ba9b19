"""What search engines are told."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.registry import PUBLIC_PAGES
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OPS-06")]
NOINDEX = '<meta name="robots" content="noindex, nofollow">'


def test_robots_may_ask_for_public_pages_and_nothing_else(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Allow: /login/$" in lines
    assert "Allow: /verify/$" in lines
    assert lines[lines.index("Disallow: /") + 2] == f"Sitemap: {settings.SITE_URL}/sitemap.xml"


def test_the_map_lists_what_anybody_opens(client: Client) -> None:
    found = re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    places = [one.removeprefix(settings.SITE_URL) for one in found]
    assert set(places) >= {"/login/", "/verify/", "/verify/chain/"}
    for place in places:
        response = client.get(place)
        assert response.status_code == 200, place
        assert NOINDEX not in response.content.decode()
        assert "X-Robots-Tag" not in response.headers
    # What names people, or is given to one, stands in no map.
    assert not [page for page in PUBLIC_PAGES if not page.listed and page.code in str(places)]


def test_the_back_office_is_not_to_be_found(client: Client, admin: User) -> None:
    assert client.get("/")["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get("/api/v1/projects")["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get("/nowhere/")["X-Robots-Tag"] == "noindex, nofollow"
    login(client, admin)
    response = client.get("/experts/")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert NOINDEX in response.content.decode()
    assert "description" not in response.content.decode().partition("</head>")[0]
