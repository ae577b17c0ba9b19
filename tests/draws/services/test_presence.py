"""全体到场签到后公开: names stay sealed until all who sit have signed in at the place."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import NamesSealed, ReleaseRefused, SignInRefused
from expertpool.draws.models import Draw, Invitation, RevealRule
from expertpool.draws.queries.presence import presence_of, sign_in_code, times_of_sign_in
from expertpool.draws.services.checking import check_record
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, read_names, readable_draws, release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.presence import allow_tries, open_when_present, sign_in
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sign_in import build_sign_in
from tests.factories.answers import record_answer
from tests.factories.draws import EVERYBODY, make_draw
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all, reply
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
OPENING = NOW + timedelta(hours=48)
THERE = OPENING - timedelta(minutes=20)


@pytest.fixture
def draw(operator: User) -> Draw:
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=24)
    accept_all(draw, now=NOW)
    return draw


def come(line: Invitation, *, now: datetime = THERE) -> Invitation:
    return sign_in(invitation=line, code=sign_in_code(line.draw, now=now), now=now)


def lines(draw: Draw) -> list[Invitation]:
    return list(draw.invitations.filter(state=InvitationState.ACCEPTED).order_by("line"))


def is_open(draw: Draw, *, now: datetime = THERE) -> bool:
    open_when_present(draw_id=draw.pk, now=now)
    draw.refresh_from_db()
    return draw.released_at is not None


@pytest.mark.shows("DRAW-14")
def test_names_open_once_all_have_signed_in(draw: Draw, operator: User, auditor: User) -> None:
    # The plan's hours are not those of this regime; what was sealed says so.
    assert draw.reveal_at == OPENING + timedelta(minutes=120)
    assert draw.rule_content["policy"]["reveal_present"] is True
    RevealRule.objects.create(role=auditor.roles.get(), hours=24)
    first, second = lines(draw)
    come(first)
    assert not is_open(draw)
    for user in (operator, auditor):
        assert not may_read(draw, user, now=THERE)
        assert draw not in readable_draws(user, now=THERE)
        with pytest.raises(NamesSealed, match="全体专家到场签到后"):
            read_names(draw=draw, actor=user, now=THERE, purpose="查看")
    later = THERE + timedelta(minutes=5)
    come(second, now=later)
    assert is_open(draw, now=later)
    assert draw.reveal_at == later
    for user in (operator, auditor):
        assert may_read(draw, user, now=later)
        assert draw in readable_draws(user, now=later)
    assert len(read_names(draw=draw, actor=operator, now=later, purpose="查看")) == 2
    assert draw.events.last().content["code"] == "all_present"
    check_record(draw_id=draw.pk, now=later)
    assert not draw.alarms.exists()
    entry = Entry.objects.get(action="draw.release_present")
    assert entry.after["已签到"] == "2 / 2"
    # Nobody learns from the log who came first.
    assert {one.subject_id for one in Entry.objects.filter(action="draw.sign_in")} == {str(draw.pk)}


def test_once_names_are_open_it_is_told_who_signed_in_when(
    client: Client, draw: Draw, operator: User
) -> None:
    later = THERE + timedelta(minutes=5)
    pages = [
        reverse("draws:detail", args=[draw.pk]),
        reverse("projects:detail", args=[draw.project_id]) + "?tab=experts",
    ]

    def told() -> list[str]:
        with time_machine.travel(later, tick=False):
            login(client, operator)
            return [client.get(page).content.decode() for page in pages]

    first, second = lines(draw)
    come(first)
    for page in told():
        assert "08:40" not in page
        assert "到场签到）" not in page
    come(second, now=later)
    assert is_open(draw, now=later)
    detail, experts = told()
    assert "2026-11-26 08:45（全体到场签到）" in detail
    assert "到最晚公开时间" not in detail
    with time_machine.travel(later, tick=False):
        names = client.post(reverse("draws:names", args=[draw.pk])).content.decode()
    for at in ("2026-11-26 08:40", "2026-11-26 08:45"):
        assert at in experts
        assert at in names
    sheet = build_sign_in(draw=draw, actor=operator, now=later)
    seated = [row for row in sheet.rows if row.name]
    assert {row.came for row in seated} == {"2026-11-26 08:40", "2026-11-26 08:45"}
    assert all(row.came in row.cells for row in seated)
    # The sheet of a row that somebody else wrote says nothing.
    Invitation.objects.filter(pk=first.pk).update(signed_in_at=later)
    assert set(times_of_sign_in(lines(draw))) == {second.pk}


def test_after_another_time_all_sign_in_anew(draw: Draw, operator: User) -> None:
    for line in lines(draw):
        come(line)
    assert is_open(draw)
    day = timedelta(days=1)
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, OPENING + day, draw.project.place)],
        reason="供应商答疑延期",
        actor=operator,
        now=THERE,
        entropy=SeededEntropy(3),
    )
    first, *_ = draw.invitations.order_by("line")
    answer(
        invitation=first,
        accept=False,
        reason="时间冲突",
        via=ReplyVia.LINK,
        now=THERE,
        entropy=SeededEntropy(4),
    )
    new = draw.invitations.latest("line")
    assert (new.state, new.expert_id, new.released_as) == ("invited", None, None)
    accept_all(draw, now=THERE)
    first, second = lines(draw)
    come(first, now=THERE + day)
    assert not is_open(draw, now=THERE + day)
    assert not may_read(draw, operator, now=THERE + day)
    come(second, now=THERE + day)
    assert is_open(draw, now=THERE + day)
    check_record(draw_id=draw.pk, now=THERE + day)
    assert not draw.alarms.exists()


def test_a_second_time_changes_nothing(draw: Draw) -> None:
    first, _ = lines(draw)
    come(first)
    again = come(first, now=THERE + timedelta(minutes=5))
    assert again.signed_in_at == THERE
    assert Entry.objects.filter(action="draw.sign_in").count() == 1
    for line in lines(draw):
        come(line)
    assert open_when_present(draw_id=draw.pk, now=THERE)
    assert not open_when_present(draw_id=draw.pk, now=THERE)


def test_the_code_is_that_of_this_place_now(draw: Draw, operator: User) -> None:
    line, code = lines(draw)[0], sign_in_code(draw, now=THERE)
    other = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=52)
    for wrong in (sign_in_code(other, now=THERE), "", "000000"):
        with pytest.raises(SignInRefused, match="签到码不对"):
            sign_in(invitation=line, code=wrong, now=THERE)
    with pytest.raises(SignInRefused, match="签到码不对"):
        sign_in(invitation=line, code=code, now=THERE + timedelta(minutes=4))
    # The one before still counts, for whoever types slowly.
    assert sign_in(invitation=line, code=code, now=THERE + timedelta(minutes=2)).signed_in_at


def test_guessing_ends(draw: Draw) -> None:
    line = lines(draw)[0]
    for _ in range(20):
        with pytest.raises(SignInRefused, match="不对"):
            sign_in(invitation=line, code="x", now=THERE)
    with pytest.raises(SignInRefused, match="太多次"):
        come(line)


def test_only_near_the_review_and_only_who_is_expected(draw: Draw, operator: User) -> None:
    first, second = lines(draw)
    with pytest.raises(SignInRefused, match="签到从"):
        come(first, now=OPENING - timedelta(minutes=61))
    with pytest.raises(SignInRefused, match="已过预定的评审结束时间"):
        come(first, now=OPENING + timedelta(days=2))
    written_otherwise(second, state=InvitationState.LEAVE)
    with pytest.raises(SignInRefused, match="没有确认参加"):
        come(second)


def test_where_names_open_by_time_nobody_signs_in(operator: User) -> None:
    make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=48)
    accept_all(draw, now=NOW)
    assert presence_of(draw, now=THERE) is None
    with pytest.raises(SignInRefused, match="签到表"):
        come(lines(draw)[0])
    assert draw.reveal_at == OPENING - timedelta(hours=2)
    configure(office.REVEAL_BY, office.ALL_PRESENT)
    # What was sealed under another policy keeps it.
    draw = Draw.objects.get(pk=draw.pk)
    assert not draw.waits_for_all


def test_who_does_not_come_is_replaced_or_decided_by_two(
    draw: Draw, operator: User, supervisor: User
) -> None:
    first, second = lines(draw)
    early = NOW + timedelta(hours=1)
    with pytest.raises(ReleaseRefused, match="评审 2026-11-26 09:00 开始"):
        request_release(draw=draw, reason="都认识", actor=operator, now=early)
    come(first)
    # Nobody is absent yet who may still be on his way.
    with pytest.raises(ReleaseRefused, match="评审 2026-11-26 09:00 开始"):
        request_release(draw=draw, reason="一人没到", actor=operator, now=THERE)
    # Somebody else moves up for who does not come, and has to sign in, too.
    record_answer(
        invitation=second,
        state=InvitationState.REPLACED,
        reason="路上出了事故",
        actor=operator,
        now=THERE,
        entropy=SeededEntropy(3),
    )
    assert not is_open(draw)
    accept_all(draw, now=THERE)
    assert (presence := presence_of(draw, now=THERE))
    assert (presence.signed, presence.seated) == (1, 2)
    # He does not come either: two persons open the names with a reason, once the panel sits.
    request = request_release(draw=draw, reason="一人缺席", actor=operator, now=OPENING)
    decide_release(request=request, agree=True, note="", actor=supervisor, now=OPENING)
    assert may_read(Draw.objects.get(pk=draw.pk), operator, now=OPENING)


def test_nobody_is_absent_while_somebody_is_asked_or_when_all_are_here(
    operator: User, supervisor: User
) -> None:
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=24)
    first, second = draw.invitations.order_by("line")
    reply(first, accept=True, now=NOW)
    with pytest.raises(ReleaseRefused, match="还有邀请没有结果"):
        request_release(draw=draw, reason="有人缺席", actor=operator, now=OPENING)
    reply(second, accept=True, now=NOW)
    asked = request_release(draw=draw, reason="有人缺席", actor=operator, now=OPENING)
    # Both come before the second person has looked: nobody is absent any more.
    for line in lines(draw):
        come(line, now=OPENING)
    with pytest.raises(ReleaseRefused, match="没有人缺席"):
        decide_release(request=asked, agree=True, note="", actor=supervisor, now=OPENING)
    assert is_open(draw, now=OPENING)


def test_who_leaves_last_lets_the_others_open_the_names(draw: Draw, operator: User) -> None:
    first, second = lines(draw)
    come(first)
    for line in (second, None):
        waiting = line or lines(draw)[-1]
        record_answer(
            invitation=waiting,
            state=InvitationState.REPLACED,
            reason="没有到",
            actor=operator,
            now=THERE,
            entropy=SeededEntropy(3),
        )
        accept_all(draw, now=THERE)
    # Nobody is left to move up: the panel settles, and its settling asks for the names.
    assert (presence := presence_of(draw, now=THERE))
    assert (presence.signed, presence.seated, presence.is_settled) == (1, 1, True)
    assert is_open(draw)


def test_of_names_opened_by_the_latest_time_it_stays_told_how_many_were_missing(
    client: Client, draw: Draw, operator: User
) -> None:
    first, second = lines(draw)
    come(first)
    latest = OPENING + timedelta(minutes=120)
    assert release(draw_id=draw.pk, now=latest)
    late = second.signed_in_at or latest + timedelta(minutes=1)
    Invitation.objects.filter(pk=second.pk).update(signed_in_at=late)
    with time_machine.travel(late, tick=False):
        login(client, operator)
        page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "到最晚公开时间，当时已签到 / 在席 1 / 2 人" in page
    assert Entry.objects.get(action="draw.release").after["已签到"] == "1 / 2"


def test_the_latest_time_opens_them_without_anybody(draw: Draw, operator: User) -> None:
    assert not release(draw_id=draw.pk, now=OPENING + timedelta(minutes=119))
    assert not may_read(draw, operator, now=OPENING + timedelta(minutes=119))
    assert release(draw_id=draw.pk, now=OPENING + timedelta(minutes=120))


def test_who_stands_by_holds_up_nobody(operator: User) -> None:
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    for _ in range(3):
        make_expert()
    draw = make_draw(
        now=NOW,
        operator=operator,
        groups=[GroupInput("综合", 2, [EVERYBODY], standby_seats=1)],
        opens_in_hours=48,
        reply_minutes=4000,
    )
    *members, standby = draw.invitations.order_by("line")
    assert standby.is_standby
    for row in members:
        reply(row, accept=True, now=NOW)
        come(Invitation.objects.get(pk=row.pk))
    assert (presence := presence_of(Draw.objects.get(pk=draw.pk), now=THERE))
    assert (presence.signed, presence.seated, presence.is_settled) == (2, 2, True)
    assert is_open(draw)


@pytest.mark.parametrize("write", ["１２３４５６", "123 456", " 123　456 "])
def test_a_code_counts_however_it_is_typed(draw: Draw, write: str) -> None:
    line, code = lines(draw)[0], sign_in_code(draw, now=THERE)
    typed = write.translate({ord(old): new for old, new in zip("123456", code, strict=True)})
    wide = {ord(old): chr(ord(new) + 0xFEE0) for old, new in zip("１２３４５６", code, strict=True)}
    assert sign_in(invitation=line, code=typed.translate(wide), now=THERE).signed_in_at == THERE


def test_the_operator_lets_who_typed_too_much_try_again(draw: Draw, operator: User) -> None:
    line = lines(draw)[0]
    Invitation.objects.filter(pk=line.pk).update(sign_in_tries=20)
    with pytest.raises(SignInRefused, match="允许再填签到码"):
        come(line)
    assert (presence := presence_of(draw, now=THERE))
    assert presence.stopped == 1
    with pytest.raises(SignInRefused, match="原因"):
        allow_tries(draw=draw, reason=" ", actor=operator, now=THERE)
    assert allow_tries(draw=draw, reason="已核对证件", actor=operator, now=THERE) == 1
    entry = Entry.objects.get(action="draw.sign_in_again")
    assert (entry.subject_id, entry.note) == (str(draw.pk), "已核对证件")
    with pytest.raises(SignInRefused, match="没有因填错"):
        allow_tries(draw=draw, reason="再来", actor=operator, now=THERE)
    assert come(line).signed_in_at == THERE


def test_the_place_opens_when_the_office_says(draw: Draw) -> None:
    presence = presence_of(draw, now=THERE)
    assert presence
    assert presence.since == OPENING - timedelta(hours=1)
    configure(office.PLACE_OPENS, timedelta(minutes=15))
    with pytest.raises(SignInRefused):
        come(lines(draw)[0])  # twenty minutes ahead
    come(lines(draw)[0], now=OPENING - timedelta(minutes=10))
