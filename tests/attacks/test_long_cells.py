"""A small file of cells of many thousand letters makes no page that is a thousand times its size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.importing import Importer
from expertpool.experts.services.importing import ExpertImporter
from expertpool.projects.services.importing import ProjectImporter
from expertpool.reviews.services.importing import ItemImporter
from tests.core.importing.sheets import write_xlsx
from tests.factories.scoring import make_review
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
LONG = ("（" * 16_000, "a、" * 8_000, "“" * 16_000, "1" * 16_000, "张" * 16_000, "第1" * 8_000)
MOST = 4_000_000  # bytes of the page; 44 million before


# What no column is for: formulas, letters that turn the line around, numbers and days that there are none of.
ODD = (
    *("=1+1", "@SUM(A1)", "\u202e\u2066x", "1e999", "-0", "NaN", "0x10", "9" * 26, "１２３４５"),
    *(
        "2026-13-45",
        "9999-99-99 99:99",
        "￥１，０００万元万",
        "张\u200b三",
        "'; drop table",
        "是/否",
    ),
)


def checked(
    admin: User, importer: type[Importer], said: dict[str, Any], cells: tuple[str, ...], path: Path
) -> Any:
    """Return the page of the check of twelve rows of ``cells``, each column taken as its header says."""
    client = login(Client(), admin)
    columns = importer.get_columns(admin)
    rows = [[cells[(row + at) % len(cells)] for at in range(len(columns))] for row in range(12)]
    path = write_xlsx(path / "a.xlsx", [[one.header for one in columns], *rows])
    app = {"experts": "experts", "projects": "projects", "review_items": "reviews"}[importer.code]
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), **said}
    page = client.post(reverse(f"{app}:import"), posted, follow=True)
    if page.context["run"].needs_mapping:
        mapped = {f"column-{at}": one.code for at, one in enumerate(columns)}
        address = reverse(f"{app}:import_mapping", args=[page.context["run"].pk])
        page = client.post(address, mapped, follow=True)
    assert page.context["run"].refused == 12
    return page


@pytest.mark.shows("EXP-07")
def test_the_page_of_a_check_shows_the_beginning_of_a_long_cell(
    admin: User, tmp_path: Path
) -> None:
    page = checked(admin, ExpertImporter, {"status": "formal"}, LONG, tmp_path)
    assert len(page.content) < MOST


@pytest.mark.parametrize("cells", [LONG, ODD], ids=["long", "odd"])
def test_projects_and_what_is_scored_are_read_as_carefully(
    cells: tuple[str, ...], admin: User, operator: User, tmp_path: Path
) -> None:
    page = checked(admin, ProjectImporter, {"status": "draft"}, cells, tmp_path)
    assert len(page.content) < MOST
    if cells is LONG:  # of the others a review takes any name
        review = make_review(operator, now=timezone.now())
        page = checked(admin, ItemImporter, {"review": str(review.pk)}, cells, tmp_path)
        assert len(page.content) < MOST
