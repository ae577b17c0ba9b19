"""Whoever prints a paper is told before which characters would be empty boxes on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.certificates.models import CertificateRun
from expertpool.certificates.services import runs
from expertpool.core.health import Health
from expertpool.experts.models import Expert
from expertpool.experts.services.glyph_health import find_names
from expertpool.experts.services.packs import pack_experts
from tests.draws.views.test_draws import reveal
from tests.factories.accounts import make_user
from tests.factories.certificates import layout, make_certificate, make_design, text_element
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert, make_unit, rename
from tests.factories.fees import CARD, make_batch_of, make_fees, make_paid_to
from tests.factories.review_rules import make_result
from tests.fixtures import login
from tests.fonts import font_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
TITLE, BOX = "会印成空框", "「𠮷」（U+20BB7）"


def told(client: Client, name: str, *arguments: Any, **query: Any) -> bool:
    page = client.get(reverse(name, args=arguments), query).content.decode()
    assert (TITLE in page) == (BOX in page)
    return BOX in page


@pytest.mark.shows("EXP-30")
def test_whoever_issues_certificates_is_told_whose(
    client: Client, admin: User, tmp_path: Path, settings: Any
) -> None:
    settings.FONT_DIR = tmp_path
    login(client, admin)
    rare, plain = make_expert("张𠮷"), make_expert("王小明", employer=make_unit("某院"))
    tab = {"tab": "certificates"}
    page = client.get(reverse("certificates:missing")).content.decode()
    assert f"张𠮷：{BOX}" in page
    assert str(tmp_path) in page
    assert told(client, "experts:detail", rare.pk, **tab)
    assert not told(client, "experts:detail", plain.pk, **tab)
    keys = [str(rare.pk), str(plain.pk)]
    client.post(reverse("certificates:issue_picked"), {"pk": keys, "count": "2"})
    run = CertificateRun.objects.get()
    assert not told(client, "certificates:run", run.pk)
    runs.work_off(run_id=run.pk, now=timezone.now())
    page = client.get(reverse("certificates:run", args=[run.pk])).content.decode()
    # Nobody is refused for it: all were issued, and the page names whose have boxes.
    run.refresh_from_db()
    assert (run.made, run.refused) == (2, [])
    assert (page.count(BOX), "王小明" in page) == (1, False)
    assert told(client, "certificates:list")
    assert told(client, "experts:detail", rare.pk, **tab)
    give_account(rare, make_user("expert"))
    assert rare.user
    own = login(Client(), rare.user)
    page = own.get(reverse("certificates:own")).content.decode()
    assert BOX in page
    # He puts no fonts anywhere.
    assert str(tmp_path) not in page
    (tmp_path / "more.ttf").write_bytes(font_of("𠮷"))
    assert not told(client, "certificates:run", run.pk)
    assert not told(client, "certificates:list")
    assert not told(own, "certificates:own")


def test_of_a_unit_too_if_the_design_prints_it(client: Client, admin: User) -> None:
    login(client, admin)
    make_certificate(make_expert("王小明", employer=make_unit("𠮷林设计院")))
    assert not told(client, "certificates:list")
    make_design("聘书", elements=layout(text_element("{{工作单位}}")))
    one = make_certificate(make_expert("李丽", employer=make_unit("𠮷林设计院二所")))
    page = client.get(reverse("certificates:list")).content.decode()
    assert f"李丽 {one.number}：{BOX}" in page


def test_who_pays_is_told_of_letters(client: Client, operator: User) -> None:
    login(client, operator)
    (line,) = make_fees(operator, seats=1)
    assert not told(client, "fees:project", line.project_id)
    rename(Expert.objects.filter(pk=line.expert_id), "张𠮷")
    assert told(client, "fees:project", line.project_id)
    assert told(client, "fees:detail", line.pk)


def test_of_a_batch_and_of_what_was_told_him(operator: User) -> None:
    now, finance = timezone.now(), make_user("finance")
    expert = make_expert("张𠮷", bank_name="中国工商银行", bank_account=CARD)
    line = make_paid_to(operator, now=now, expert=expert)
    batch = make_batch_of([line], finance, now=now)
    assert told(login(Client(), finance), "fees:batch", batch.pk)
    expert.refresh_from_db()
    assert expert.user
    own = login(Client(), expert.user)
    assert told(own, "fees:own")
    assert told(own, "fees:own_fee", line.pk)


def test_of_sheets_of_a_draw_once_names_are_read(client: Client, operator: User) -> None:
    login(client, operator)
    for _ in range(4):
        make_expert("张𠮷")
    draw = make_draw(now=timezone.now(), seats=2)
    assert not told(client, "draws:detail", draw.pk)
    reveal(draw)
    # Names are read when somebody asks for them, and that is logged.
    assert not told(client, "draws:detail", draw.pk)
    assert BOX in client.post(reverse("draws:names", args=[draw.pk])).content.decode()
    assert told(client, "projects:detail", draw.project_id)
    assert told(client, "projects:detail", draw.project_id, tab="experts")


def test_of_the_sheets_of_a_review(client: Client, operator: User) -> None:
    login(client, operator)
    row = make_result(operator)
    assert not told(client, "reviews:result", row.review_id)
    rename(Expert.objects.all(), "张𠮷")
    assert told(client, "reviews:result", row.review_id)


@pytest.mark.parametrize("is_packed", [False, True])
def test_who_runs_the_system_is_told_how_many(
    is_packed: bool, tmp_path: Path, settings: Any
) -> None:
    settings.FONT_DIR = tmp_path
    make_expert("王小明"), make_expert("李丽")
    assert find_names(timezone.now()).state == Health.OK
    make_expert("张𠮷"), make_expert("李𡋾𠮷")
    if is_packed:
        pack_experts()
    found = find_names(timezone.now())
    assert (found.state, found.figure) == (Health.WARNING, "2 位专家")
    assert "张" not in f"{found}"
    (tmp_path / "more.otf").write_bytes(font_of("𠮷"))
    assert find_names(timezone.now()).figure == "1 位专家"
