"""Who sits is told to everybody when the supervisor publishes the result, who declined never."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.enums import InvitationState
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert, make_unit
from tests.factories.widening import accept_all, reply

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("DRAW-11", "DRAW-14")
def test_anybody_reads_who_sits_once_the_result_is_published(open_browser: OpenBrowser) -> None:
    for name in ("王公布", "李公布", "张公布"):
        make_expert(name, employer=make_unit(f"{name}的单位"))
    before = timezone.now() - timedelta(days=5)
    draw = make_draw(now=before, seats=2, opens_in_hours=48, reveal_hours=2)
    Project.objects.update(regime=Regime.PROCUREMENT)
    reply(draw.invitations.order_by("line")[0], accept=False, now=before)
    accept_all(draw, now=before)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    names = {
        row.state: Expert.objects.get(pk=expert_id_of(row)).name for row in draw.invitations.all()
    }
    declined = names[InvitationState.DECLINED]
    sitting = {one.name for one in Expert.objects.all()} - {declined}

    anybody, desk, office = open_browser(phone=True), open_browser(), open_browser()
    public = reverse("draws:verify_draw", args=[draw.public_id])
    anybody.open(public)
    anybody.sees("封存的内容")
    assert not [name for name in (*sitting, declined) if name in anybody.text]
    assert anybody.overflow <= 0

    page = reverse("draws:detail", args=[draw.pk])
    sign_in(desk, make_user("operator"))
    desk.open(page)
    expect(desk.page.get_by_role("button", name="公布结果")).to_have_count(0)
    sign_in(office, make_user("supervisor"))
    office.open(page)
    office.press("公布结果")
    office.confirm()
    office.sees("结果公布")
    expect(office.page.get_by_role("button", name="公布结果")).to_have_count(0)

    anybody.open(public)
    for name in sitting:
        anybody.sees(name)
    assert declined not in anybody.text
    assert anybody.overflow <= 0
