"""Whoever writes hundreds of thousands of withdrawals into the table takes nobody out of draws (`tests/privacy`), nor does he make
each look at who can be drawn read them all (docs/decisions/0455). Nor do requests about data that nobody made stop the pages that show
them (docs/decisions/0485), nor do appeals (docs/decisions/0501)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core import mandates
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.services.telling import token_of
from expertpool.joining.enums import Purpose
from expertpool.joining.services.setup import ensure_consent
from expertpool.privacy.models import Consent, DataRequest
from expertpool.privacy.queries.consents import may_be_named, withdrew
from expertpool.privacy.services.consenting import set_consent
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_appeal, make_expert
from tests.factories.privacy import make_data_request
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
MANY = 6_000


@pytest.fixture
def his() -> Expert:
    """Who took his consent back."""
    expert = make_expert("同某人")
    give_account(expert, make_user("expert"))
    decide(expert, Purpose.JOINING, True, NOW - 2 * DAY)
    decide(expert, Purpose.JOINING, False, NOW - DAY)
    return expert


def decide(expert: Expert, purpose: str, given: bool, now: datetime) -> None:
    text, user = ensure_consent(purpose, now=now), expert.user
    assert user is not None
    set_consent(
        expert=expert, purpose=purpose, given=given, version=text.number, actor=user, now=now
    )


def flood(expert: Expert, purpose: str, given: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO privacy_consent (expert_id, text_id, given, at, proof) SELECT %s, %s, %s,"
            " %s::timestamptz - n * interval '1 second', decode(md5(n::text), 'hex')"
            " FROM generate_series(1, %s) n",
            [expert.pk, ensure_consent(purpose, now=NOW).pk, given, NOW - DAY, MANY],
        )


def out(day: datetime) -> set[int]:
    return set(
        Expert.objects.filter(withdrew(timezone.localdate(day))).values_list("pk", flat=True)
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """How many rows are asked for their proofs while something is done."""
    many, prove = 0, mandates.is_vouched

    def counted(row: Model, by: str = "proof") -> bool:
        nonlocal many
        many += 1
        return prove(row, by)

    monkeypatch.setattr(mandates, "is_vouched", counted)

    def of(what: Callable[[], object]) -> int:
        nonlocal many
        many = 0
        what()
        return many

    return of


@pytest.mark.parametrize("given", [True, False])
def test_forged_rows_are_read_once_and_change_nothing(
    given: bool, his: Expert, asked: Callable[[Callable[[], object]], int]
) -> None:
    """Of another's record, where he withdraws; of his own, where he agrees again."""
    other = make_expert("另一人")
    flood(his if given else other, Purpose.JOINING, given)
    assert asked(lambda: out(NOW)) >= MANY
    assert out(NOW) == {his.pk}
    assert asked(lambda: out(NOW)) < 10
    # What comes meanwhile counts at once.
    decide(his, Purpose.JOINING, True, NOW)
    assert out(NOW + DAY) == set()


def test_nor_do_they_hold_up_the_public_page(
    his: Expert, asked: Callable[[Callable[[], object]], int]
) -> None:
    decide(his, Purpose.PUBLIC, True, NOW - DAY)
    flood(his, Purpose.PUBLIC, False)
    assert asked(lambda: may_be_named([his.pk])) >= MANY
    assert may_be_named([his.pk])
    assert asked(lambda: may_be_named([his.pk])) < 10


def test_what_was_taken_for_forged_is_asked_again(
    his: Expert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody alters for a moment what a row refers to, and puts it back."""
    monkeypatch.setattr(mandates, "FEW", 1)
    number = his.number
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        rename = "UPDATE experts_expert SET number = %s WHERE id = %s"
        cursor.execute(rename, ["X1", his.pk])
        assert out(NOW) == set()
        cursor.execute(rename, [number, his.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    monkeypatch.setattr(mandates, "KNOWN_FOR", -1.0)
    mandates._forged.clear()
    assert out(NOW) == {his.pk}
    assert Consent.objects.count() == 2


def forge_requests(expert: Expert, many: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO privacy_datarequest (expert_id, kind, uid, text, asked_at, due_at, answer, proof)"
            " SELECT %s, 'explain', gen_random_uuid(), 'x', now() - n * interval '1 day', now(), '',"
            " decode(md5(n::text), 'hex') FROM generate_series(1, %s) n",
            [expert.pk, many],
        )


@pytest.mark.parametrize("is_own", [True, False])
def test_a_page_reads_so_many_forged_requests_and_the_next_goes_on(
    is_own: bool, his: Expert, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked before, and since, stands on the first already."""
    monkeypatch.setattr(mandates, "FEW", 20)
    monkeypatch.setattr("expertpool.privacy.queries.requests.A_LOOK", 60)
    monkeypatch.setattr("expertpool.privacy.views.own.A_LOOK", 60)
    monkeypatch.setattr("expertpool.privacy.tables.A_LOOK", 60)
    monkeypatch.setattr(mandates, "_forged", {})
    read = 0
    prove = mandates.vouched

    def counted(rows: QuerySet[DataRequest]) -> list[DataRequest]:
        nonlocal read
        read += len(rows)
        return prove(rows)

    monkeypatch.setattr(mandates, "vouched", counted)
    whose = his if is_own else make_expert("另一人")
    now = timezone.now() - 2 * DAY
    kinds = ("explain", "other", "erase")
    for kind in kinds[:2]:
        make_data_request(his, kind=kind, now=now)
        forge_requests(whose, 200)
    make_data_request(his, kind=kinds[2], now=now)
    mandates._forged.clear()
    assert his.user is not None
    client = login(Client(), his.user if is_own else admin)
    page = reverse("privacy:own" if is_own else "privacy:requests")
    shown = []
    for _ in range(8):
        read = 0
        rows = client.get(page).context["requests" if is_own else "page"]
        shown.append({row.kind for row in rows})
        # A part more than it reads at a look, and what is genuine; his own page looks twice.
        assert read <= (200 if is_own else 100)
    assert shown[0] >= {kinds[0], kinds[2]}
    assert shown[-1] == set(kinds)


def test_whoever_writes_them_anew_between_two_looks_hides_what_is_asked_for_some_looks_only(
    his: Expert, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of his rows is a new version at each look (docs/decisions/0506)."""
    monkeypatch.setattr(mandates, "FEW", 20)
    monkeypatch.setattr("expertpool.privacy.queries.requests.A_LOOK", 200)
    monkeypatch.setattr(mandates, "_forged", {})
    monkeypatch.setattr(mandates, "_held", {}, raising=False)
    forge_requests(make_expert("另一人"), 200)
    make_data_request(his, kind="explain", now=timezone.now() - 2 * DAY)
    forge_requests(make_expert("另一人"), 200)
    client, shown = login(Client(), admin), []
    for _ in range(20):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE privacy_datarequest SET due_at = due_at")
        mandates._forged.clear()
        shown.append(len(client.get(reverse("privacy:requests")).context["page"]))
    assert 1 in shown
    # Once it was found, it is asked first.
    assert set(shown[shown.index(1) :]) == {1}


def forge_appeals(entry: BlacklistEntry, many: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO experts_blacklistappeal (uid, reason, asked_at, note, entry_id)"
            " SELECT gen_random_uuid(), '', now() - interval '3 days', '', %s FROM generate_series(1, %s)",
            [entry.pk, many],
        )


@pytest.mark.parametrize("page", ["list", "entry", "link"])
def test_nor_does_a_page_wait_for_all_forged_appeals(
    page: str, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor that of the expert himself, which no account opens."""
    monkeypatch.setattr(mandates, "FEW", 20)
    for views in ("blacklist", "appeals"):
        monkeypatch.setattr(f"expertpool.experts.views.{views}.A_LOOK", 60)
    monkeypatch.setattr(mandates, "_forged", {})
    read = 0
    prove = mandates.vouched

    def counted(rows: QuerySet[BlacklistAppeal]) -> list[BlacklistAppeal]:
        nonlocal read
        assert all("phone" in row.entry.expert.get_deferred_fields() for row in rows)
        read += len(rows)
        return prove(rows)

    monkeypatch.setattr(mandates, "vouched", counted)
    appeal = make_appeal(make_user("admin", username="first"), now=timezone.now() - 2 * DAY)
    entry = appeal.entry
    forge_appeals(entry, 400)
    mandates._forged.clear()
    read = 0
    if page == "link":
        found = Client().get(reverse("experts:appeal", args=[token_of(entry)])).context["appeals"]
    else:
        client = login(Client(), admin)
        url = (
            reverse("experts:blacklist")
            if page == "list"
            else reverse("experts:blacklist_entry", args=[entry.pk])
        )
        context = client.get(url).context
        found = context["appealed"] if page == "list" else [one[0] for one in context["appeals"]]
    assert found == ({entry.pk} if page == "list" else [appeal])
    assert read <= 100
