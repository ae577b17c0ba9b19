"""The ledger of manual steps and the public head of the chain."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import chain_head
from expertpool.audit.services.anchors import anchor
from expertpool.core.exporting import EXPORTS
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.chain import hash_text
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import read_names, release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.reports.queries.ledger import ledger_counts, ledger_visible_to
from tests.factories.accounts import make_department, make_user
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

LEDGER = "reports:ledger"


def make_handled_draw(operator: User, supervisor: User) -> Draw:
    """Two answers, one of them by hand; a look at the names; a request to void, turned down."""
    now = timezone.now()
    for _ in range(4):
        make_expert()
    draw = make_draw(now=now, operator=operator, seats=2, reveal_hours=100)
    first, second = Invitation.objects.filter(draw=draw).order_by("line")
    answer(
        invitation=first,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(1),
    )
    record_answer(
        invitation=second,
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=operator,
        now=now,
        entropy=SeededEntropy(2),
    )
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    read_names(draw=draw, actor=supervisor, now=draw.reveal_at, purpose="抽取页面")
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=now)
    decide_void(request=asked, agree=False, note="条件无误", actor=supervisor, now=now)
    return draw


@pytest.mark.django_db
@pytest.mark.shows("PRJ-20", "DRAW-14")
def test_the_ledger_holds_what_persons_did_beside_seal_and_end(
    client: Client, operator: User, supervisor: User, auditor: User
) -> None:
    make_handled_draw(operator, supervisor)
    kinds = {
        tab: [row["entry"].action for row in _rows(client, auditor, tab=tab)]
        for tab in ("", "manual", "looks", "course")
    }
    assert kinds["manual"] == [
        "draw.void_refuse",
        "draw.void_request",
        "draw.reply",
        "draw.reply_request",
    ]
    assert kinds["looks"] == ["draw.names"]
    assert set(kinds["course"]) == {"draw.seal", "draw.order", "draw.end", "draw.release"}
    assert sorted(kinds[""]) == sorted(kinds["manual"] + kinds["looks"] + kinds["course"])
    (reply,) = _rows(client, supervisor, action="draw.reply")
    assert reply["entry"].note == "电话答复"  # the expert's own answer is no manual step
    text = client.get(reverse(LEDGER)).content.decode()
    assert "规则" not in text.split("<main")[1]  # the menu has rules of events
    assert "expertpool verify-chain" in text
    # As a card on a phone, no cell stands there without saying what it is.
    row = text.split("<tbody>")[1].split("</tr>")[0]
    assert all("data-label" in cell or "c-main" in cell for cell in re.findall(r"<td[^>]*>", row))


def _rows(client: Client, user: User, **params: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = login(client, user).get(reverse(LEDGER), params).context["rows"]
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_entries_of_all_draws_of_a_card_are_counted_at_once(
    count: int, operator: User, auditor: User, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        make_expert()
    draws = [
        make_draw(now=timezone.now(), operator=operator, seats=1, opens_in_hours=72 * (at + 1))
        for at in range(count)
    ]
    with django_assert_num_queries(2):  # his rights, the counts
        counts = ledger_counts(auditor, draws)
    visible = ledger_visible_to(auditor)
    assert counts == {
        one.pk: visible.filter(subject_label__icontains=one.number).count() for one in draws
    }
    assert min(counts.values()) > 0


@pytest.mark.django_db
def test_the_card_of_a_project_tells_how_many_entries_each_draw_has(
    client: Client, operator: User, supervisor: User, auditor: User
) -> None:
    draw = make_handled_draw(operator, supervisor)
    page = login(client, auditor).get(
        reverse("projects:detail", args=[draw.project.pk]), {"tab": "evidence"}
    )
    card = page.content.decode().split("人工操作台账</h2>")[1]
    assert f">{len(_rows(client, auditor, subject=draw.number))} 条<" in card


@pytest.mark.django_db
def test_the_ledger_is_narrowed(client: Client, operator: User, supervisor: User) -> None:
    draw = make_handled_draw(operator, supervisor)
    other = make_draw(now=timezone.now(), seats=1)
    assert {row["draw_id"] for row in _rows(client, supervisor, subject=draw.number)} == {draw.pk}
    assert {row["draw_id"] for row in _rows(client, supervisor)} == {draw.pk, other.pk}
    assert len(_rows(client, supervisor, actor=supervisor.name, tab="manual")) == 1
    assert len(_rows(client, supervisor, note="电话")) == 2  # asked for, and agreed
    assert not _rows(client, supervisor, days="2020-01-01 至 2020-01-02")


@pytest.mark.django_db
def test_the_ledger_ends_at_the_scope_of_the_reader(operator: User, supervisor: User) -> None:
    make_handled_draw(operator, supervisor)
    outsider = make_user("department", department=make_department("别的部门"))
    assert not ledger_visible_to(outsider).exists()
    assert ledger_visible_to(supervisor).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("PRJ-20")
def test_each_step_has_its_link_and_the_public_page_the_head(
    client: Client, capsys: pytest.CaptureFixture[str], time_machine: Any
) -> None:
    operator, supervisor = make_user("operator"), make_user("supervisor")
    draw = make_handled_draw(operator, supervisor)
    anchor(now=timezone.now())
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    entries = list(ledger_visible_to(supervisor).order_by("chain_no"))
    for entry in entries:
        link = hashlib.sha256(bytes(entry.previous_hash or b"") + bytes(entry.digest)).hexdigest()
        assert link == hash_text(entry)
    head = chain_head()
    page = client.get(reverse("draws:chain"))  # without signing in
    text = page.content.decode()
    assert head.hash in text
    assert draw.number not in text  # nobody counts through the draws
    assert page.context["state"].number == Entry.objects.count()
    assert [row["entry"].action for row in page.context["seals"]] == ["draw.end", "draw.seal"]
    call_command("verify_chain")
    assert head.hash in capsys.readouterr().out

    exporter = EXPORTS["reports.ledger"]
    rows = list(exporter.rows(supervisor, page.wsgi_request.GET))
    values = {column.code: column.value(rows[0]) for column in exporter.columns}
    assert len(rows) == len(entries)
    assert values["chain_no"] == rows[0].chain_no
    assert values["hash"] == hash_text(rows[0])


@pytest.mark.django_db
def test_an_empty_chain_has_a_page(client: Client) -> None:
    page = client.get(reverse("draws:chain")).content.decode()
    assert "还没有抽取" in page
    assert "还没有到第一个整点" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("DRAW-14")
def test_nobody_sees_by_the_chain_when_somebody_answered(client: Client, time_machine: Any) -> None:
    """Who stands beside an expert with his telephone in hand asks the public page once more."""
    at = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (a Tuesday)
    time_machine.move_to(at, tick=False)
    make_expert()
    draw = make_draw(now=at, seats=1, reveal_hours=1)
    anchor(now=at + timedelta(minutes=19))
    time_machine.move_to(at + timedelta(minutes=40), tick=False)
    reader = login(Client(), make_user("supervisor"))
    anchor(now=timezone.now())

    def seen() -> list[str]:
        """The page that anybody opens, and how long the ledger says that the chain is."""
        asked = (client.get(reverse("draws:chain")), reader.get(reverse("reports:ledger")))
        public, ledger = (answer.content.decode() for answer in asked)
        return [public.split("<main", 1)[1], *re.findall("整点时共 [0-9,]+ 条", ledger)]

    def actions() -> list[str]:
        found = client.get(reverse("draws:chain")).context["seals"]
        return [row["entry"].action for row in found]

    before = seen()
    assert len(before) == 2
    answer(
        invitation=Invitation.objects.get(draw=draw),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(1),
    )
    draw.refresh_from_db()
    assert draw.status == "success"
    anchor(now=timezone.now() + timedelta(minutes=1))
    assert seen() == before
    # When the hour is over its length is told; when the last one answered with the names alone.
    time_machine.move_to(at + timedelta(minutes=100), tick=False)
    assert seen() != before
    assert actions() == ["draw.seal"]
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert actions() == ["draw.end", "draw.seal"]
