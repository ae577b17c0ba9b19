"""A small file of cells of many thousand letters makes no page that is a thousand times its size."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.services.importing import ExpertImporter
from tests.core.importing.sheets import write_xlsx
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
LONG = ("（" * 16_000, "a、" * 8_000, "“" * 16_000, "1" * 16_000, "张" * 16_000, "第1" * 8_000)
MOST = 4_000_000  # bytes of the page; 44 million before


@pytest.mark.shows("EXP-07")
def test_the_page_of_a_check_shows_the_beginning_of_a_long_cell(
    admin: User, tmp_path: Path
) -> None:
    client = login(Client(), admin)
    columns = ExpertImporter.get_columns(admin)
    rows = [[LONG[(row + at) % len(LONG)] for at in range(len(columns))] for row in range(12)]
    path = write_xlsx(tmp_path / "a.xlsx", [[one.header for one in columns], *rows])
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    page = client.post(reverse("experts:import"), posted, follow=True)
    run = page.context["run"]
    if run.needs_mapping:  # each column is what its header says, whatever stands in it
        said = {f"column-{at}": one.code for at, one in enumerate(columns)}
        mapping = reverse("experts:import_mapping", args=[run.pk])
        page = client.post(mapping, said, follow=True)
    assert page.context["run"].refused == len(rows)
    assert len(page.content) < MOST
