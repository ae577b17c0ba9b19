"""Nobody is a second person through the account of an expert whom he made up, nor by a right that he
put into another's role."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.accounts.services.departments import edit_department
from expertpool.accounts.services.roles import Grant, ensure_demo_roles, save_role
from expertpool.draws.exceptions import ReleaseRefused, VoidRefused
from expertpool.draws.models import Draw, ReleaseRequest
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import open_account, send_link_again
from expertpool.experts.services.profile import update_expert
from expertpool.workflow.queries.second_person import why_not_second
from tests.factories.accounts import change, make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ASKING = [Grant("draws.view"), Grant("draws.void"), Grant("draws.release")]


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2)


def widen(code: str, *grants: Grant, by: User, now: datetime = NOW - HOUR) -> Role:
    """Put ``grants`` into the built-in role ``code``, which keeps what it has."""
    role = ensure_demo_roles()[code]
    kept = [Grant(one.code, Scope(one.scope)) for one in role.permissions.all()]
    added = [one for one in grants if one.code not in {had.code for had in kept}]
    levels = {one.field: one.level for one in role.fields.all()}
    return save_role(
        role=role, name=role.name, grants=[*kept, *added], levels=levels, actor=by, now=now
    )


def activated(expert: Expert, *, by: User, now: datetime = NOW - HOUR) -> User:
    """The account of ``expert`` that ``by`` opened, and whose link somebody used."""
    user = open_account(expert=expert, actor=by, now=now)
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    return User.objects.get(pk=user.pk)


def test_an_administrator_is_not_two_by_an_expert_whom_he_made_up(draw: Draw, admin: User) -> None:
    """He wrote himself into the pool, opened his account, and gave the role of experts the rights."""
    widen("expert", *ASKING, by=admin)
    me = activated(make_expert("假专家", email="me@example.com", created_by=admin), by=admin)
    with pytest.raises(ReleaseRefused, match="专家账号"):
        request_release(draw=draw, reason="评审提前", actor=me, now=NOW)
    with pytest.raises(VoidRefused, match="专家账号"):
        request_void(draw=draw, reason="重抽", actor=me, now=NOW)
    assert not ReleaseRequest.objects.exists()


def test_nor_does_an_expert_agree(draw: Draw, admin: User, operator: User) -> None:
    """However long he has his account, and by whomever."""
    widen("expert", *ASKING, by=admin)
    me = activated(make_expert("假专家", email="me@example.com"), by=admin)
    change(User.objects.filter(pk=me.pk), created_at=NOW - 90 * DAY)
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    with pytest.raises(VoidRefused, match="专家账号"):
        decide_void(
            request=asked, agree=True, note="", actor=User.objects.get(pk=me.pk), now=NOW + HOUR
        )
    draw.refresh_from_db()
    assert draw.is_valid


def refused(user: User, first: User) -> str:
    return why_not_second(user, {first.pk}, asked_at=NOW, now=NOW)


@pytest.mark.parametrize("deed", ["opens", "sends", "enters", "writes"])
def test_an_expert_is_the_hand_of_who_let_him_in(admin: User, deed: str) -> None:
    ensure_demo_roles()
    other, later = make_user("admin"), NOW - HOUR
    maker = admin if deed == "enters" else other
    expert = make_expert("假专家", email="a@example.com", phone="13812340001", created_by=maker)
    if deed == "writes":
        values = {"email": "me@example.com"}
        update_expert(expert=expert, values=values, actor=admin, now=NOW - 60 * DAY)
        expert.refresh_from_db()
    opened = NOW - 30 * DAY if deed == "sends" else later
    user = open_account(expert=expert, actor=admin if deed == "opens" else other, now=opened)
    expert.refresh_from_db()
    if deed == "sends":
        send_link_again(expert=expert, actor=admin, now=later)
    assert "须由另一位" in refused(admin, user)
    assert not refused(make_user("supervisor"), user)


def test_what_a_role_is_given_is_the_hand_of_who_gave_it(
    draw: Draw, admin: User, supervisor: User
) -> None:
    """A clerk asks by a right that the administrator has just put into his role."""
    clerk = make_user("department")
    role = widen("department", *ASKING, by=admin)
    asked = request_release(
        draw=draw, reason="评审提前", actor=User.objects.get(pk=clerk.pk), now=NOW
    )
    with pytest.raises(ReleaseRefused, match="角色增加过权限"):
        decide_release(request=asked, agree=True, note="", actor=admin, now=NOW + HOUR)
    decide_release(request=asked, agree=True, note="", actor=supervisor, now=NOW + HOUR)
    # Whoever only names it, or takes from it, gives nothing.
    other = make_user("admin")
    save_role(role=role, name="部门经办", grants=ASKING[1:], levels={}, actor=other, now=NOW)
    assert not refused(other, clerk)


def test_nor_does_whoever_moved_a_department_below_his(admin: User, supervisor: User) -> None:
    above, moved = make_department("采购处"), make_department("基建处")
    clerk = make_user("department", department=above)
    edit_department(
        department=moved, name="基建处", parent=above, order=1, actor=admin, now=NOW - HOUR
    )
    assert "须由另一位" in refused(admin, clerk)
    assert not refused(supervisor, clerk)
