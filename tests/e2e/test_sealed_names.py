"""Sealed names in browsers: nobody reads them before; two persons release them; then who may."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.audit.models import Entry
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.names import named_rows
from expertpool.projects.models import Project
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, lines_of, sign_in
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def sees_no_name(screen: Screen, draw: Draw) -> None:
    project = reverse("projects:detail", args=[draw.project_id])
    for address in (
        reverse("draws:detail", args=[draw.pk]),
        reverse("draws:room", args=[draw.pk]),
        *(f"{project}?tab={tab}" for tab in ("overview", "draw", "experts")),
    ):
        screen.open(address)
        for row in named_rows(draw):
            assert row.expert.name not in screen.text, address
            assert row.expert.number not in screen.text, address


@pytest.mark.shows("DRAW-14")
@pytest.mark.long
def test_two_persons_release_names_and_each_role_reads_what_it_may(
    open_browser: OpenBrowser,
) -> None:
    for number in range(3):
        make_expert(f"密封专家{number}")
    department = make_department("工程建设部")
    draw = make_draw(now=timezone.now(), seats=2)
    Project.objects.update(department=department)
    operator, supervisor, applicant = (open_browser() for _ in range(3))
    sign_in(operator, make_user("operator"))
    sign_in(supervisor, make_user("supervisor"))
    sign_in(applicant, make_user("department", department=department))
    page = reverse("draws:detail", args=[draw.pk])
    for screen in (operator, supervisor, applicant):
        sees_no_name(screen, draw)
        expect(screen.page.get_by_role("button", name="显示姓名（留痕）")).to_have_count(0)

    operator.open(page)
    assert operator.open(reverse("draws:sheet_pdf", args=[draw.pk])) == 409
    operator.open(page)
    operator.press("提前公开名单")
    operator.page.get_by_label("提前公开的原因").fill("评审提前到今天")
    operator.confirm()
    operator.sees("有人申请提前公开名单")
    operator.sees("须由另一位有权限的人员确认")
    expect(operator.page.get_by_role("button", name="确认公开")).to_have_count(0)
    sees_no_name(operator, draw)

    supervisor.open("/")
    supervisor.sees("确认提前公开名单")
    supervisor.open(page)
    supervisor.sees("评审提前到今天")
    supervisor.press("确认公开")
    supervisor.confirm()
    supervisor.sees("监督老赵 确认：评审提前到今天")
    assert not Invitation.objects.filter(expert=None).exists()

    operator.open(page)
    for row in named_rows(draw):
        assert row.expert.name not in operator.text  # a look is an act of its own
    operator.press("显示姓名（留痕）")
    for row in named_rows(draw):
        expect(lines_of(operator).filter(has_text=row.expert.name)).to_have_count(1)
    looked = Entry.objects.filter(action="draw.names", note="抽取页面")
    assert looked.count() == 1
    sees_no_name(applicant, draw)
    supervisor.open(reverse("reports:ledger"))
    for text in ("申请提前公开名单", "提前公开名单", "查看名单", "评审提前到今天"):
        supervisor.sees(text)

    visitor = open_browser(phone=True)
    visitor.open(reverse("draws:verify_draw", args=[draw.public_id]))
    visitor.sees("提前，两人申请并确认")
    assert "评审提前到今天" not in visitor.text  # free words may name somebody
    assert visitor.overflow <= 0
    for row in named_rows(draw):
        assert row.expert.name not in visitor.text
