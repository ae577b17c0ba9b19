"""The first rows of a check are shown as they are then saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.directory.models import Division
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import post
from tests.data.quirks.files import QUIRKS, Quirk
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
# What a record says that came of no cell of its own, or is shown with another.
UNSHOWN = {"所属部门", "证件类型", "出生日期"}
NAMES = (
    *("blanks_in_names.xlsx", "account_with_blanks.xlsx", "month_as_number.xlsx"),
    *("serial_number.xlsx", "sample_left.xlsx", "bad_postcode.xlsx", "utf8.csv"),
)
CHOSEN = [one for one in QUIRKS if one.name in NAMES]
DIVISIONS = [
    ["430104", "岳麓区"],
    ["430100 长沙市", "长沙市"],
    ["湖南省/长沙市/岳麓区", "岳麓区"],
    ["长沙市", "长沙市"],
]
LABELS = {"出生年月": "出生日期"}


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def check(client: Client, path: Path) -> Any:
    """Upload a list and take what is proposed; return the page of the check."""
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "pending"}
    page = client.post(reverse("experts:import"), posted, follow=True)
    for _ in range(2):
        run = page.context["run"]
        if run.state == "mapping":
            said = {f"column-{at}": code for at, code in enumerate(run.mapping)}
            page = post(client, "mapping", run, said)
    assert page.context["run"].state == "previewed"
    return page


def compare(client: Client, page: Any) -> None:
    """Confirm what ``page`` shows, and compare its first rows with the records."""
    run, first = page.context["run"], page.context["found"]["first"]
    client.post(reverse("experts:import_confirm", args=[run.pk]), {"check": run.checks})
    experts = list(Expert.objects.order_by("number")[: len(first)])
    assert first
    assert len(experts) == len(first)
    declared = {one.label: one for one in EXPERT.fields() if one.imported}
    for shown, expert in zip(first, experts, strict=True):
        for label, word in shown.items():
            one = declared.get(label) or declared[LABELS.get(label, label)]
            assert (label, _bare(word)) == (label, _bare(one.word_of(expert)))
        held = {label for label, one in declared.items() if one.word_of(expert)}
        assert held - {LABELS.get(one, one) for one in shown} <= UNSHOWN | {"账号"}


def _bare(word: Any) -> str:
    return "".join(str(word).split())


@pytest.mark.shows("EXP-07")
def test_the_division_is_shown_as_it_is_saved(client: Client, tmp_path: Path) -> None:
    for code, name, level in (
        ("430000", "湖南省", 1),
        ("430100", "长沙市", 2),
        ("430104", "岳麓区", 3),
    ):
        Division.objects.get_or_create(code=code, defaults={"name": name, "level": level})
    head = ["姓名", "手机号", "所在地区"]
    rows = [[f"甲{at}", f"1391111000{at}", one] for at, (one, _) in enumerate(DIVISIONS)]
    page = check(client, write_xlsx(tmp_path / "a.xlsx", [head, *rows]))
    shown = [one["所在地区"] for one in page.context["found"]["first"]]
    assert shown == [name for _, name in DIVISIONS]
    compare(client, page)


@pytest.mark.parametrize("quirk", CHOSEN, ids=lambda one: one.name)
def test_what_is_shown_of_a_list_is_what_is_saved(
    quirk: Quirk, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / quirk.name
    quirk.write(path)
    compare(client, check(client, path))
