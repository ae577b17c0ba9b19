"""Whoever has a dump, and no key, walks from the seats of a sealed draw over all rows that refer to them, and over every value that
stands somewhere else as well, and comes to nobody who was drawn: by no key, number, digest or moment, in no table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, Invitation
from expertpool.experts.models import Expert
from expertpool.joining.enums import Purpose
from expertpool.joining.services.setup import ensure_consent
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from expertpool.privacy.services.consenting import set_consent
from tests.draws.views.letters import link_of
from tests.factories.accounts import make_user
from tests.factories.certificates import make_certificate
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.fees import make_fees
from tests.factories.privacy import make_data_request
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
SEATS, PEOPLE, USERS = "draws_invitation", "experts_expert", "accounts_user"
SHORTEST = 8  # letters or bytes of a value that is not equal by chance
RARE = 8  # rows in which a value may stand, to lead from one to the other
NEAR = timedelta(seconds=90)  # moments that are one act
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 20))  # noqa: DTZ001
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SHARED = {"draws_draw", "projects_project"}  # what all seats refer to


@dataclass
class Row:
    table: str
    columns: dict[str, Any]
    seats: set[Any] = field(default_factory=set)
    people: set[Any] = field(default_factory=set)
    accounts: set[Any] = field(default_factory=set)

    def values(self) -> Iterator[tuple[str, Any]]:
        """Whatever may be equal to something elsewhere; each with its column."""
        for name, value in self.columns.items():
            for one in _parts(value):
                yield name, one


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value[:1] in "[{":
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _parts(one)
    elif isinstance(value, UUID):
        yield value.hex
    elif isinstance(value, datetime):
        yield from [value.isoformat()] if value.microsecond else []
    elif isinstance(value, str | bytes | memoryview) and len(value) >= SHORTEST:
        yield value if isinstance(value, str) else bytes(value).hex()


def dump() -> dict[str, list[Row]]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (a name of the catalogue)
            names = [one.name for one in cursor.description]
            found[table] = [Row(table, dict(zip(names, row, strict=True))) for row in cursor]
    return found


def references() -> list[tuple[str, str, str]]:
    """Each column that refers to the id of a table: (table, column, of which)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text"
            " FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid"
            " AND a.attnum = c.conkey[1] WHERE c.contype = 'f' AND cardinality(c.conkey) = 1"
        )
        return [(table, column, to) for table, column, to in cursor.fetchall()]


def spread(rows: dict[str, list[Row]], what: str, begin: str, ids: set[Any], but: set[str]) -> None:
    """Give every row that refers, over however many others, to the rows ``ids`` of ``begin``, these as its ``what``."""
    of: dict[tuple[str, Any], set[Any]] = {(begin, pk): {pk} for pk in ids}
    for row in rows[begin]:
        if row.columns["id"] in ids:
            getattr(row, what).add(row.columns["id"])
    links = [
        one
        for one in references()
        if {one[0], one[2]} <= {*rows} and one[0] not in but and one[2] not in but - {begin}
    ]
    for _ in range(6):
        for table, column, to in links:
            for row in rows[table]:
                more = of.get((to, row.columns[column]), set()) - getattr(row, what)
                if more:
                    getattr(row, what).update(more)
                    of.setdefault((table, row.columns.get("id")), set()).update(more)


@pytest.fixture
def people(operator: User, time_machine: Any) -> list[Expert]:
    """Four who reviewed before, with fees, certificates, consents and requests."""
    time_machine.move_to(NOW - 400 * HOUR)
    found = [make_expert(user=make_user("expert")) for _ in range(4)]
    make_fees(operator, now=NOW - 400 * HOUR, pool=found)
    for n, expert in enumerate(found):
        at = NOW - (300 - n) * HOUR
        make_certificate(expert, now=at)
        make_data_request(expert, now=at)
        text, user = ensure_consent(Purpose.PUBLIC, now=at), expert.user
        assert user is not None
        said = {"purpose": Purpose.PUBLIC, "given": True, "version": text.number}
        set_consent(expert=expert, **said, actor=user, now=at)  # type: ignore[arg-type]
    return found


@pytest.fixture
def sealed(people: list[Expert], time_machine: Any) -> Draw:
    """All four sit. One accepts on his own page, one declines there, one accepts by his link; each in another hour."""
    time_machine.move_to(NOW)
    draw = make_draw(now=NOW, seats=4, opens_in_hours=24 * 20)
    deliver_all(NOW + 11 * MINUTE)
    for n, line in enumerate(Invitation.objects.filter(draw=draw).order_by("line")[:3]):
        time_machine.move_to(NOW + (n + 1) * (HOUR + 7 * MINUTE))
        if n == 2:
            assert Client().post(link_of(line), {"answer": "accept"}).status_code == 302
        else:
            user = Expert.objects.get(pk=expert_id_of(line)).user
            assert user is not None
            own = login(Client(), user)
            own.get(reverse("selfservice:reviews"))
            says = {"answer": "accept"} if n else {"answer": "decline", "reason": "时间冲突"}
            own.post(reverse("selfservice:review_answer", args=[line.pk]), says)
        deliver_all(timezone.now())
    return draw


def deliver_all(now: datetime) -> None:
    for message in Message.objects.filter(state="queued"):
        deliver(message_id=message.pk, now=now)


def walked(people: list[Expert], draw: Draw) -> list[Row]:
    """Every row of the dump, with the seats that it refers to, and the people."""
    rows = dump()
    seats = set(draw.invitations.values_list("pk", flat=True))
    spread(rows, "seats", SEATS, seats, SHARED | {PEOPLE, USERS})
    spread(rows, "people", PEOPLE, {one.pk for one in people}, SHARED | {SEATS, USERS})
    accounts = {one.user_id: one.pk for one in people}
    spread(rows, "accounts", USERS, set(accounts), SHARED | {SEATS, PEOPLE})
    found = [row for ones in rows.values() for row in ones]
    for row in found:
        row.people |= {accounts[pk] for pk in row.accounts}
        for name, kind in row.columns.items():
            about = str(row.columns.get(name.removesuffix("_type") + "_id"))
            if kind == "draws.invitation" and about.isdigit() and int(about) in seats:
                row.seats.add(int(about))
            if kind == "experts.expert" and about.isdigit():
                row.people |= {one.pk for one in people if one.pk == int(about)}
    return found


def places(rows: list[Row]) -> dict[Any, list[tuple[Row, str]]]:
    found = defaultdict(list)
    for row in rows:
        for name, value in row.values():
            found[value].append((row, name))
    return found


def told(found: list[tuple[Row, str]]) -> str:
    return "、".join(sorted({f"{row.table}.{name}" for row, name in found}))


def led_by_values(people: list[Expert], rows: list[Row]) -> set[str]:
    """Return in which columns stand values of a seat and of a person, also over rows that refer to neither."""
    led = set()
    for _ in range(2):
        at = places(rows)
        for found in at.values():
            seats = set[Any]().union(*(row.seats for row, _ in found))
            who = set[Any]().union(*(row.people for row, _ in found))
            if seats and who and len(who) < len(people):
                led.add(told(found))
        for found in at.values():
            seats = set[Any]().union(*(row.seats for row, _ in found))
            if len(found) <= RARE and len(seats) == 1:
                for row, _ in found:
                    row.seats |= seats
    return led


def led_by_moments(rows: list[Row]) -> set[str]:
    """Return in which columns a moment of one seat is one of a person, since the letters went out."""
    of_seats = [(row, name, at) for row in rows if len(row.seats) == 1 for name, at in _times(row)]
    of_people = [(row, name, at) for row in rows if row.people for name, at in _times(row)]
    assert {row.table for row, _, _ in of_people} >= {"accounts_signedin"}
    return {
        told([(one, name), (other, another)])
        for one, name, at in of_seats
        for other, another, then in of_people
        if abs(at - then) < NEAR and at > NOW + HOUR / 2
    }


def _times(row: Row) -> Iterator[tuple[str, datetime]]:
    for name, value in row.columns.items():
        # Whole hours are what is told of an answer.
        if isinstance(value, datetime) and (value.minute or value.second):
            yield name, value


def test_nothing_leads_from_a_seat_to_a_person(people: list[Expert], sealed: Draw) -> None:
    rows = walked(people, sealed)
    assert {row.table for row in rows if row.seats} >= {"draws_hold", "notifications_message"}
    assert {row.table for row in rows if row.people} >= {
        *("accounts_signedin", "privacy_consent", "privacy_datarequest", "fees_feeline"),
        *("certificates_certificate", "audit_entry"),
    }
    assert not {row.table for row in rows if row.seats and row.people}
    assert led_by_moments(rows) == set()
    assert led_by_values(people, rows) == set()
    # The walk finds what would.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE notifications_message SET provider_id = s.session_id, sent_at = s.since"
            " FROM accounts_signedin s WHERE s.since > %s AND about_type = 'draws.invitation'"
            " AND notifications_message.id = (SELECT max(id) FROM notifications_message"
            " WHERE about_type = 'draws.invitation')",
            [NOW],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    rows = walked(people, sealed)
    assert "accounts_signedin.since、notifications_message.sent_at" in led_by_moments(rows)
    assert any("notifications_message.provider_id" in one for one in led_by_values(people, rows))
