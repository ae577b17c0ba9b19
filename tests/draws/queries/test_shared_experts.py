"""An expert of one department drawn by another: who may be, and what its people see of him."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, RoleField, RolePermission, User
from expertpool.core.visibility import Level
from expertpool.draws.enums import ExclusionReason, InvitationState, Knowledge
from expertpool.draws.exports.notices import NoticeExport
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.eligibility import Exclusions, evaluate
from expertpool.draws.services.names import release
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.experts.models import Expert
from expertpool.experts.services.sharing import set_sharing
from expertpool.projects.models import Project
from tests.api.caller import Caller
from tests.draws.services.test_emergency import by_telephone
from tests.draws.views.letters import lines
from tests.factories.accounts import change, make_department, make_user
from tests.factories.draws import expert_id_of, make_draw, make_ready_project, open_names_at
from tests.factories.experts import make_expert, make_id_number
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-51")]
NOW = timezone.now()
PHONE = "13800001234"
MAIL, NUMBER = "luchuan@example.cn", make_id_number("19780312", serial=8)


@pytest.fixture
def owner() -> Department:
    return make_department("水务局")


@pytest.fixture
def borrower() -> Department:
    return make_department("交通局")


@pytest.fixture
def operator(borrower: Department) -> User:
    return make_user("operator", department=borrower)


def keep_back(owner: Department, mode: str = "none", **values: Any) -> None:
    set_sharing(department=owner, mode=mode, actor=None, now=NOW, **values)


def plan_of(department: Department | None) -> DrawPlan:
    project = make_ready_project(now=NOW, seats=1)
    Project.objects.filter(pk=project.pk).update(department=department)
    return DrawPlan.objects.select_related("project__purchaser").get(project=project)


def test_kept_back_experts_are_no_candidates(owner: Department, borrower: Department) -> None:
    kept, free = make_expert(department=owner), make_expert(department=borrower)
    keep_back(owner)
    found = evaluate(plan_of(borrower), now=NOW)
    assert [one.expert_id for one in found.eligible] == [free.pk]
    assert found.excluded == {kept.pk: ExclusionReason.NOT_SHARED}
    # Nor may anybody pick them by hand.
    assert Exclusions(plan_of(borrower), now=NOW).of([kept.pk]) == {
        kept.pk: ExclusionReason.NOT_SHARED
    }
    assert {one.expert_id for one in evaluate(plan_of(owner), now=NOW).eligible} == {
        kept.pk,
        free.pk,
    }


def test_a_sealed_draw_keeps_whom_departments_shared_then(
    owner: Department, borrower: Department, operator: User
) -> None:
    """Otherwise whoever sets the rules could take the turn of all but his friends."""
    for _ in range(3):
        make_expert(department=owner)
    draw = make_draw(now=NOW, seats=1, operator=operator)
    Project.objects.filter(pk=draw.project_id).update(department=borrower)
    keep_back(owner)
    exclusions = Exclusions(
        DrawPlan.objects.get(project=draw.project), now=NOW, draw=draw, knowing=Knowledge.ALL
    )
    assert (
        ExclusionReason.NOT_SHARED
        not in exclusions.of(Expert.objects.values_list("pk", flat=True)).values()
    )
    by_telephone(Invitation.objects.get(line=1), operator, state=InvitationState.DECLINED)
    draw.refresh_from_db()
    assert (draw.status, Invitation.objects.filter(state="invited").count()) == ("inviting", 1)


def test_a_change_of_the_rules_is_said_before_the_draw(
    owner: Department, borrower: Department, operator: User
) -> None:
    make_expert(department=borrower)
    keep_back(owner)
    plan = plan_of(borrower)
    found = look_ahead(plan=plan, members=[plan.project], actor=operator, now=NOW)
    said = {one.title: one.text for one in found.cautions}
    assert "7 天内系统 改动了“水务局”的共享规则 1 次" in said["共享规则刚改过"]
    later = NOW + timedelta(days=8)
    found = look_ahead(plan=plan, members=[plan.project], actor=operator, now=later)
    assert "共享规则刚改过" not in {one.title for one in found.cautions}


@pytest.fixture
def draw(owner: Department, borrower: Department, operator: User) -> Draw:
    """Of 交通局, with its names public: an expert of 水务局 sits."""
    make_expert("陆川", phone=PHONE, email=MAIL, id_number=NUMBER, department=owner)
    draw = make_draw(now=NOW - timedelta(hours=1), seats=1, operator=operator)
    Project.objects.filter(pk=draw.project_id).update(department=borrower)
    by_telephone(Invitation.objects.get(line=1), operator, state=InvitationState.ACCEPTED)
    open_names_at(draw, NOW - timedelta(minutes=1))
    release(draw_id=draw.pk, now=NOW)
    draw.refresh_from_db()
    fields = [f"experts.{one}" for one in ("phone", "email", "id_number")]
    plain = RoleField.objects.filter(role__code="operator", field__in=fields)
    change(plain, level=Level.PLAIN)
    seen = RolePermission.objects.filter(role__code="operator", code="experts.view")
    change(seen, scope=Scope.DEPARTMENT)
    return draw


def seen_by(user: User, draw: Draw) -> dict[str, str]:
    """Everything that shows how the expert is reached, by where it stands."""
    user = User.objects.get(pk=user.pk)
    client = login(Client(), user)
    project = reverse("projects:detail", args=[draw.project_id])
    return {
        "overview": client.get(project).content.decode(),
        "tab": client.get(project, {"tab": "experts"}).content.decode(),
        "board": client.post(reverse("draws:names", args=[draw.pk])).content.decode(),
        "sheet": build_sheet(draw=draw, actor=user, now=NOW).rows[0].contact,
        "sign_in": build_sign_in(draw=draw, actor=user, now=NOW).rows[0].phone,
        "interface": Caller(user).get(f"/draws/{draw.pk}/names").content.decode(),
    }


def told_to(user: User, draw: Draw) -> dict[str, str]:
    """What masks its addresses whoever reads it: letters as their project shows them, and as a table."""
    user = User.objects.get(pk=user.pk)
    page = reverse("projects:detail", args=[draw.project_id])
    found = NoticeExport().rows(user, {"project": str(draw.project_id)})
    return {
        "letters": login(Client(), user).get(page, {"tab": "notices"}).content.decode(),
        "table": " ".join(f"{one.address} {one.body}" for one in found.rows),
    }


def test_other_departments_see_no_contact_that_is_kept_back(
    draw: Draw, owner: Department, operator: User
) -> None:
    assert all(PHONE in one for one in seen_by(operator, draw).values())
    keep_back(owner, "all")
    for where, one in seen_by(operator, draw).items():
        assert PHONE not in one, where
        assert "138****1234" in one, where
    for where, one in told_to(operator, draw).items():
        assert PHONE not in one, where
        assert "138****1234" in one, where
    # Nor what reaches him otherwise, or says who he is to others: who has his file reads it.
    for where, one in (seen_by(operator, draw) | told_to(operator, draw)).items():
        assert MAIL not in one, where
        assert NUMBER not in one, where
    expert = Expert.objects.get(pk=expert_id_of(lines(draw)[0]))
    assert (expert.email, expert.id_number) == (MAIL, NUMBER)
    assert Caller(make_user("admin")).get(f"/experts/{expert.pk}").json()["email"] == MAIL
    keep_back(owner, "all", contacts=True)
    assert all(PHONE in one for one in seen_by(operator, draw).values())


def test_his_own_department_sees_it(draw: Draw, owner: Department) -> None:
    keep_back(owner, "all")
    own = make_user("operator", department=owner)
    assert build_sheet(draw=draw, actor=own, now=NOW).rows[0].contact == PHONE
