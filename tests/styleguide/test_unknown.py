"""What the style guide does not have is not found."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["nonsense", "guide", "job", "sample_list"])
def test_an_unknown_page_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"/styleguide/{name}/").status_code in (200, 404)
    assert client.get("/styleguide/nonsense/").status_code == 404


@pytest.mark.parametrize("step", ["x", "", "²", "9" * 30, "-1"])
def test_long_work_begins_again_at_what_is_no_step(client: Client, step: str) -> None:
    assert client.get("/styleguide/job/", {"step": step}).status_code == 200
