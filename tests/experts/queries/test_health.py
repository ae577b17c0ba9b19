"""What the pool lacks: a number and the list behind it are the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.directory.services.near import compare_units
from expertpool.draws.models import Invitation
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.health import GAPS
from expertpool.experts.views import health
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_specialty, make_unit, make_uscc
from tests.fixtures import login

pytestmark = pytest.mark.django_db
EMPLOYERS = "/experts/health/employers/"


def whole(**changes: Any) -> Expert:
    """An expert of whom nothing is missing."""
    known: dict[str, Any] = {
        "employer": make_unit(uscc=make_uscc(Expert.objects.count() + 100)),
        "specialties": [make_specialty(f"W{Expert.objects.count()}")],
        "title_level": 3,
        "email": f"e{Expert.objects.count()}@example.cn",
    }
    return make_expert(**(known | changes))


def numbers(client: Client) -> dict[str, int]:
    page = client.get(reverse("experts:health"))
    return {line["label"]: line["count"] for _, lines in page.context["sections"] for line in lines}


def listed(client: Client, gap: str) -> set[Expert]:
    page = client.get(reverse("experts:list"), {"gap": gap})
    return set(page.context["page"])


@pytest.mark.shows("EXP-16")
def test_each_gap_counts_whom_its_list_shows(client: Client, admin: User) -> None:
    login(client, admin)
    today, now = timezone.localdate(), timezone.now()
    whole(), whole(term_end_date=today + timedelta(days=200))
    unreached = whole()
    Message.objects.create(
        key="k",
        occasion="experts.account",
        channel="email",
        about_type="experts.account",
        about_id=str(unreached.pk),
        state="failed",
        created_at=now,
        due_at=now,
    )
    wanted = {
        "term30": {whole(term_end_date=today + timedelta(days=30))},
        "over": {whole(term_end_date=today - timedelta(days=1))},
        "specialty": {whole(specialties=[])},
        "employer": {whole(employer=None)},
        "unit": {whole(employer=make_unit("某院"))},
        "level": {whole(title_level=0)},
        "email": {whole(email="")},
        "unreached": {unreached},
        "pending": {whole(status=ExpertStatus.PENDING, created_at=now - timedelta(days=8))},
    }
    whole(status=ExpertStatus.PENDING, created_at=now)
    whole(status=ExpertStatus.FROZEN, email="")
    wanted["term60"] = wanted["term30"] | {whole(term_end_date=today + timedelta(days=60))}
    wanted["term90"] = wanted["term60"] | {whole(term_end_date=today + timedelta(days=90))}
    wanted["phone"] = set()
    counted = numbers(client)
    for gap in GAPS:
        assert (gap.code, listed(client, gap.code)) == (gap.code, wanted[gap.code])
        assert (gap.code, counted[gap.label]) == (gap.code, len(wanted[gap.code]))
    assert "30 天内到期" in client.get(reverse("experts:list")).content.decode()


@pytest.mark.shows("EXP-16")
def test_each_number_is_that_of_its_list_and_says_what_mends_it(
    client: Client, admin: User
) -> None:
    """Of all lines, by the addresses that the page itself gives."""
    login(client, admin)
    unit = whole(employer=make_unit("某院")).employer
    for _ in range(3):  # of one name at one employer: three pairs
        whole(name="王大为", employer=unit, email="")
    whole(term_end_date=timezone.localdate())
    page = client.get(reverse("experts:health"))
    lines = [line for _, lines in page.context["sections"] for line in lines]
    assert {"没有手机号", "疑似重复的专家", "疑似重复的单位", "待核实的单位名称"} < {
        line["label"] for line in lines
    }
    for line in lines:
        shown = client.get(line["url"]).context["page"].paginator.count
        assert (line["label"], shown) == (line["label"], line["count"])
        assert line["mend"]
    counts = {line["label"]: line["count"] for line in lines}
    assert counts["疑似重复的专家"] == 2


@pytest.mark.parametrize("state", ["failed", "sent"])
def test_an_unreachable_phone_is_a_gap(state: str, client: Client, admin: User) -> None:
    expert, now = whole(), timezone.now()
    Message.objects.create(
        key="k",
        occasion="experts.account",
        channel="sms",
        sent_at=now,
        about_type="experts.account",
        about_id=str(expert.pk),
        state=state,
        created_at=now,
        due_at=now,
    )
    assert listed(login(client, admin), "unreached") == ({expert} if state == "failed" else set())


def test_whoever_was_reached_since_is_no_gap(client: Client, admin: User) -> None:
    expert, now = whole(), timezone.now()
    for at, state in enumerate(("failed", "sent")):
        Message.objects.create(
            key=f"k{at}",
            occasion="experts.account",
            channel="email",
            sent_at=now,
            about_type="experts.account",
            about_id=str(expert.pk),
            state=state,
            created_at=now,
            due_at=now,
        )
    assert listed(login(client, admin), "unreached") == set()


def test_a_released_invitation_that_did_not_arrive_counts(client: Client, admin: User) -> None:
    expert = whole()
    draw = make_draw(now=timezone.now(), seats=1)
    seat = Invitation.objects.filter(draw=draw)
    login(client, admin)
    seat.update(state="unreached")
    assert listed(client, "unreached") == set()  # sealed: nobody is told
    seat.update(expert=expert, released_as={"name": expert.name, "employer": ""})
    assert listed(client, "unreached") == {expert}


def test_only_whom_he_may_see_is_counted(client: Client) -> None:
    mine = make_department("工程部")
    whole(email="", department=mine), whole(email="", department=make_department("财务部"))
    clerk = make_user(roles=(make_role("experts.view", scope=Scope.DEPARTMENT),), department=mine)
    assert numbers(login(client, clerk))["没有邮箱"] == 1


def test_specialties_that_few_can_be_drawn_for(client: Client, admin: User) -> None:
    thin, thick = make_specialty("T1"), make_specialty("T2")
    make_specialty("T3")  # nobody has ever held it
    for _ in range(5):
        whole(specialties=[thick])
    whole(specialties=[thin]), whole(specialties=[thin], status=ExpertStatus.FROZEN)
    whole(specialties=[thin], term_end_date=timezone.localdate() - timedelta(days=1))
    page = login(client, admin).get(reverse("experts:thin"))
    assert [(one.code, one.drawable) for one in page.context["page"]] == [("T1", 1)]
    assert numbers(client)["专家太少的专业"] == 1


@pytest.mark.shows("EXP-16")
def test_employers_not_identified_are_assigned_all_at_once(client: Client, admin: User) -> None:
    known = make_unit("河南省设计院有限公司", uscc=make_uscc(1))
    typed = make_unit("河南省设计院")
    staff = [whole(employer=typed), whole(employer=typed)]
    page = login(client, admin).get(EMPLOYERS)
    assert "正在比对，几分钟后再看" in page.content.decode()  # not yet that none is near
    compare_units()
    page = client.get(EMPLOYERS)
    ((unit, near),) = page.context["rows"]
    assert (unit, unit.expert_count, near) == (typed, 2, [known])
    # The number beside it is that of the page, with the names of those who are not members yet.
    whole(employer=make_unit("湖北省一所"), status=ExpertStatus.PENDING)
    assert numbers(client)["待核实的单位名称"] == 2 == len(client.get(EMPLOYERS).context["rows"])
    Expert.objects.filter(status=ExpertStatus.PENDING).update(employer=known)
    client.post(reverse("directory:unit_merge", args=[typed.pk]), {"into": known.pk})
    assert {one.employer for one in Expert.objects.filter(pk__in=[x.pk for x in staff])} == {known}
    assert list(client.get(EMPLOYERS).context["rows"]) == []


def test_the_page_asks_as_much_for_many(
    client: Client, admin: User, django_assert_max_num_queries: Any
) -> None:
    login(client, admin)
    whole()
    client.get(reverse("experts:health"))
    for _ in range(5):
        whole(email="")
    # Three of them ask who shares a number with an account: the list behind that line shows them, too. One asks whether names
    # are masked for whoever looks.
    with django_assert_max_num_queries(18):
        client.get(reverse("experts:health"))


@pytest.mark.shows("EXP-16")
def test_some_experts_of_a_name_are_assigned_one_by_one(client: Client, admin: User) -> None:
    one, other = make_unit("一建设计院", uscc=make_uscc(1)), make_unit("设计院")
    first, second = whole(employer=other), whole(employer=other)
    address = reverse("experts:assign_employer", args=[other.pk])
    page = login(client, admin).get(address).content.decode()
    assert str(first) in page
    assert "只改勾选的专家的工作单位" in page
    assert "请勾选要归入的专家" in client.post(address, {"into": one.pk}).content.decode()
    assert client.post(address, {"experts": [first.pk], "into": one.pk}).status_code == 204
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.employer, second.employer) == (one, other)
    assert first.versions.count() == 2
    # The one for all says how many follow.
    merge = client.get(reverse("directory:unit_merge", args=[other.pk])).content.decode()
    assert "全部随之改动：专家 1 条" in merge
    assert client.get(reverse("experts:assign_employer", args=[one.pk])).status_code == 404


def test_what_is_no_unit_is_taken_from_some(client: Client, admin: User) -> None:
    none = make_unit("无")
    first, second = whole(employer=none), whole(employer=none)
    address = reverse("experts:assign_employer", args=[none.pk])
    login(client, admin)
    assert "只选一项" in client.post(address, {"experts": [first.pk]}).content.decode()
    assert client.post(address, {"experts": [first.pk], "none": "on"}).status_code == 204
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.employer, second.employer) == (None, none)


def test_a_drawer_that_offers_some_says_how_many_it_does_not(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = make_unit("设计院")
    whole(employer=unit), whole(employer=unit), whole(employer=unit)
    address = reverse("experts:assign_employer", args=[unit.pk])
    assert "没有列出" not in login(client, admin).get(address).content.decode()
    monkeypatch.setattr(health, "MOST_ASSIGNED", 2)
    assert "另有 1 位没有列出" in client.get(address).content.decode()


def test_pairs_of_units_are_counted_for_whoever_may_see_them(client: Client) -> None:
    login(client, make_user(roles=(make_role("experts.view"),)))
    with CaptureQueriesContext(connection) as asked:
        assert "疑似重复的单位" not in numbers(client)
    assert not any("directory_unitpair" in one["sql"] for one in asked)


def test_that_new_units_are_still_being_compared_is_said(client: Client, admin: User) -> None:
    login(client, admin)
    Unit.objects.update(compared=True)
    told = "新单位正在比对"
    assert told not in client.get(reverse("experts:health")).content.decode()
    make_unit("新来的设计院")
    assert f"另有 1 个{told}" in client.get(reverse("experts:health")).content.decode()


def test_nobody_assigns_whom_he_may_not_edit(client: Client) -> None:
    mine, unit = make_department("工程部"), make_unit("设计院")
    own = whole(employer=unit, department=mine)
    hidden = whole(employer=unit, department=make_department("财务部"))
    role = make_role("experts.view", "experts.edit", scope=Scope.DEPARTMENT)
    login(client, make_user(roles=(role,), department=mine))
    address = reverse("experts:assign_employer", args=[unit.pk])
    page = client.get(address).content.decode()
    assert own.number in page
    assert hidden.number not in page
    into = make_unit("一建设计院")
    assert client.post(address, {"experts": [hidden.pk], "into": into.pk}).status_code == 422
