"""Telling experts who sit in a draw something, the links they get, and what letters say of reviews;
telling those who watch over draws."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Model

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.core.jobs import defer
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import moment_text
from expertpool.draws.enums import CONTRIBUTOR_LABEL, CONTRIBUTOR_PERMISSION, InvitationState
from expertpool.draws.models import Draw, Invitation, Rescheduling
from expertpool.draws.occasions import (
    ASKING,
    CODE,
    CONFIRMED,
    LETTERS,
    MOVED_UP,
    PANEL_MOVED,
    REOPENED,
    SHORT,
    STEP_ALONE,
    VALUE,
    also_in_writing,
)
from expertpool.draws.queries.draws import codes_for_draw
from expertpool.draws.queries.given import given_values
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.meetings import (
    coming,
    kind_of,
    last_closing,
    next_opening,
    words_of,
)
from expertpool.draws.queries.policy import is_name_spoken
from expertpool.draws.queries.ways import channels_of, waits_of, with_calls
from expertpool.draws.services.calendar import CALENDAR
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.links import give_links
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.replies import code_of, how_to_answer
from expertpool.notifications.queries.templates import ways_sent
from expertpool.notifications.services.attachments import Document, DocumentKind
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.projects.models import Project

# What letters may say of the projects; see the placeholders of their occasions.
NAMED = ("项目名称", "项目编号", "评审时间", "评审地点", "预计时长", "联系人", "联系电话")
# What a call says in their place where the regime does not let them be spoken.
UNSPOKEN = {"项目名称": "一个项目", "项目编号": "（另行告知）"}
LINK = "答复链接"
DECIDES = "draws.confirm_steps"  # as the second person, on what hands do
# Who is told of what is amiss with a draw: he watches over it, or decides.
WATCHERS = ("draws.alarms", DECIDES)


def tell_experts(
    occasion: Occasion,
    rows: Sequence[Invitation],
    *,
    key: str,
    now: datetime,
    entropy: Entropy | None = None,
    more: Mapping[str, str] | None = None,
    document: DocumentKind | None = None,
    channels: Sequence[str] = (),
    in_order: bool = False,
) -> None:
    """Tell who is behind ``rows``, all of one draw, of ``occasion`` by the channels of its plan (or
    ``channels``), and by another whom none of these reaches: that he got no letter would say who he is
    (docs/decisions/0133). A second call with the same ``key`` tells nobody.

    One whose contact does not open is told like one who has none; who watches is told of it by a job (docs/decisions/0167).
    An occasion with a link gives each a new one: it needs ``entropy``. ``more`` are the values of
    its own placeholders; a ``document`` of each goes along by e-mail; ``in_order``: one channel after another, as the office says.
    """
    if not rows:
        return
    draw = rows[0].draw
    ids = {row.pk: open_identity(row).expert_id for row in rows}
    experts = _experts_behind(set(ids.values()))
    # Whoever steps in on the day is called to what goes on; nobody is asked for that.
    projects = coming(draw.covered, now=now, begun=occasion.code not in ASKING)
    words = named_words(projects) | dict(more or {})
    links = give_links(rows, entropy) if entropy and LINK in occasion.placeholders else {}
    recipients = {row.pk: recipient_of(experts[ids[row.pk]]) for row in rows}
    watch_shut(draw, recipients.values())
    spoken = {} if is_name_spoken(draw.covered) else UNSPOKEN
    envelopes = [
        Envelope(
            recipient=recipients[row.pk],
            context={
                "专家姓名": experts[ids[row.pk]].name,
                "身份": "候补评审专家" if row.is_standby else "评审专家",
                LINK: links.get(row.pk, ""),
                **(in_writing(row) if occasion.answer else {}),
                **words,
            },
            about=row,
            key=f"{key}:{row.pk}",
            attachments=[Document(document.code, row.pk)] if document else (),
            spoken=spoken,
        )
        for row in rows
    ]
    if not channels:
        channels = channels_of(draw)
        if occasion.code in LETTERS:
            channels = with_calls(draw, channels)
    kind = kind_of(draw.covered)
    # Nobody calls to say what is read: whom a plan only calls gets that by all ways by which this office sends it.
    channels = [one for one in channels if one in occasion.defaults]
    channels = channels or ways_sent(occasion, kind)
    send_messages(
        occasion=occasion.code,
        envelopes=envelopes,
        channels=channels,
        now=now,
        surely=True,
        waits=waits_of(draw, channels) if in_order else None,
        kind=kind,
    )


def _experts_behind(ids: set[int]) -> dict[int, Expert]:
    if len(ids) == 1:  # as each supplement asks
        return {one.pk: one for one in _expert.all(expert=next(iter(ids)))}
    return Expert.objects.select_related("user").in_bulk(ids)


_expert = Prepared(lambda: Expert.objects.filter(pk=Given("expert")).select_related("user"))


def in_writing(row: Invitation) -> dict[str, str]:
    """Return by what, and how, who is behind ``row`` answers in writing what he is asked now."""
    code = answer_code(row)
    return {CODE: code, "回复办法": how_to_answer(code)}


def answer_code(row: Invitation) -> str:
    """Return the code of ``row``: another once he is asked anew, so that no answer to what was asked before counts."""
    return code_of(f"{row.commit}:{row.asked_since.astimezone(UTC).isoformat()}")


def watch_shut(draw: Draw, recipients: Iterable[Recipient]) -> None:
    """Queue that whoever watches hears of it if a contact of these does not open. By no lock: whoever writes
    jobs would hold it."""
    if any(one.shut for one in recipients):
        defer("draws.tell_shut", draw_id=draw.pk)


def staff_of(draw: Draw, *codes: str, but: Collection[int] = ()) -> list[User]:
    """Return who holds one of ``codes`` and reaches ``draw`` by it, except ``but`` (ids)."""
    users = {
        user.pk: user
        for code in codes
        for user in users_with_permission(code).exclude(pk__in=but)
        if codes_for_draw(user, draw, [code])
    }
    return list(users.values())


def tell_staff(
    occasion: Occasion,
    users: Iterable[User],
    *,
    about: Model,
    context: Mapping[str, str],
    key: str,
    now: datetime,
) -> None:
    """Tell each of ``users`` of ``occasion`` by a site message, once for each ``key``; ``context`` has
    all of its placeholders but who is told."""
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name),
            context={**context, "收件人": user.name},
            about=about,
            key=f"{key}:{user.pk}",
        )
        for user in users
    ]
    send_messages(occasion=occasion.code, envelopes=envelopes, channels=[ChannelCode.SITE], now=now)


def tell_step(draw: Draw, what: str, why: str, *, key: str, actor: User, now: datetime) -> None:
    """Tell who runs ``draw``, and all who decide on what hands do in it, of a step that ``actor`` took
    alone; never himself. ``key`` names the step."""
    users = {user.pk: user for user in [draw.operator, *staff_of(draw, DECIDES)]}
    users.pop(actor.pk, None)
    context = {
        "操作人": actor.name,
        "抽取编号": draw.number,
        "项目名称": draw.title,
        "事项": what,
        "原因": why,
    }
    tell_staff(STEP_ALONE, users.values(), about=draw, context=context, key=key, now=now)


def tell_moved(moves: Sequence[Rescheduling], *, now: datetime) -> None:
    """Tell that the panel of all these draws sits at another time or place: who runs one of them, who applied for
    what is reviewed, and who decides on what hands do in it, unless he agreed to it or all of them were asked; nobody
    whose step it was."""
    moved = moves[0]
    draw = moved.draw
    deciding = staff_of(draw, DECIDES) if moved.confirmed_by is None else []
    told = [*(one.draw.operator for one in moves), *_applicants(draw), *deciding]
    hands = (moved.moved_by_id, moved.confirmed_by_id)
    users = {user.pk: user for user in told if user.pk not in hands}
    context = {
        "改期人": moved.hands,
        "抽取编号": draw.number,
        "项目名称": draw.title,
        "改期内容": moved.words,
        "改期原因": moved.reason,
    }
    key = f"panel-moved:{moved.pk}"
    tell_staff(PANEL_MOVED, users.values(), about=draw, context=context, key=key, now=now)


def tell_short(draw: Draw, lacking: str, *, now: datetime) -> None:
    """Tell who runs ``draw``, who applied for its projects, and all who decide on what hands do in it, that it
    ended and what its panel is ``lacking``."""
    users = {user.pk: user for user in [*_runs_or_decides(draw), *_applicants(draw)]}
    context = {"抽取编号": draw.number, "项目名称": draw.title, "缺额": lacking}
    key = f"short:{draw.pk}:{now:%Y%m%d%H%M%S}"
    tell_staff(SHORT, users.values(), about=draw, context=context, key=key, now=now)


def tell_reopened(draw: Draw, *, now: datetime) -> None:
    """Tell the same that a panel which was found lacks somebody again: neither who nor whose seat, which the
    page does not say."""
    opening = moment_text(next_opening(draw.covered, now=now))
    context = {"抽取编号": draw.number, "项目名称": draw.title, "评审时间": opening}
    key = f"reopened:{draw.pk}:{now:%Y%m%d%H%M%S}"
    tell_staff(REOPENED, _runs_or_decides(draw), about=draw, context=context, key=key, now=now)


def _applicants(draw: Draw) -> list[User]:
    """Who applied for the projects of ``draw``: he prepares what it finds experts for."""
    ids = {project.created_by_id for project in draw.covered}
    return list(User.objects.filter(pk__in=ids, is_active=True))


def _runs_or_decides(draw: Draw) -> list[User]:
    users = {user.pk: user for user in [draw.operator, *staff_of(draw, DECIDES)]}
    return list(users.values())


def ask_for_values(draw: Draw, *, key: str, but: Collection[int] = (), now: datetime) -> None:
    """Ask whoever may give a value for which the sealed ``draw`` still waits, except ``but`` (ids): by the
    role of who runs it himself, as supervisor all who may decide on it. ``key`` names the asking."""
    opening = moment_text(draw.next_sitting)
    given = {role: one.by for role, one in given_values(draw).items()}
    for role in draw.rule.contributors:
        if role in given:
            continue
        others = {draw.operator_id, *(by for by in given.values() if by is not None)}
        own = role == "operator"
        users = [draw.operator] if own else staff_of(draw, CONTRIBUTOR_PERMISSION[role], but=others)
        context = {
            "抽取编号": draw.number,
            "项目名称": draw.title,
            "身份": CONTRIBUTOR_LABEL[role],
            "评审时间": opening,
        }
        asked = [user for user in users if user.pk not in but]
        tell_staff(VALUE, asked, about=draw, context=context, key=f"value:{key}:{draw.pk}", now=now)


def tell_moved_up(invitation: Invitation, *, now: datetime) -> None:
    """Tell a standby, once, that he sits in the panel now; who has not answered still has to. Not once its
    last meeting is over, nor whose own time to answer is: he leaves next."""
    answered = invitation.state == InvitationState.ACCEPTED
    deadline = invitation.runs_until
    over = deadline is not None and deadline <= now
    if last_closing(invitation.draw.covered) <= now or (over and not answered):
        return
    before = f"于 {moment_text(deadline)} 前" if deadline else "尽快"
    until = f"请{before}用原来的链接答复，逾期视为不参加。"
    more = {
        "答复要求": "您已同意参加，无需再答复。" if answered else until,
        "短信答复": "" if answered else also_in_writing(answer_code(invitation)),
    }
    tell_experts(MOVED_UP, [invitation], key="moved_up", now=now, more=more)


def tell_confirmed(invitation: Invitation, *, now: datetime) -> None:
    """Send whoever agreed a word of it, with time, place and an entry for his calendar; to him alone,
    and once for each time that he agrees."""
    waits = "请留出这段时间，由您递补时另行通知，没有收到通知的不用到场。"
    more = {"到场说明": waits if invitation.is_standby else "请准时到场。"}
    key = f"confirmed:{now:%Y%m%d%H%M%S}"
    tell_experts(CONFIRMED, [invitation], key=key, now=now, more=more, document=CALENDAR)


def named_words(projects: Sequence[Project]) -> dict[str, str]:
    """Return what letters may say of ``projects``."""
    known = words_of(projects)
    return {name: known[name] for name in NAMED}
