"""Who is told of a request of two persons: all who may decide it, and its author.

Whoever decides learns at once of what was asked and of what another agreed to: a step taken by two
persons who agree too easily is seen by the third.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.accounts.services.guards import SECURITY
from expertpool.core.configuration import Setting
from expertpool.core.configuration.reading import Stored, loaded
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.queries.route import labels_of, route_wait
from expertpool.notifications.queries.subjects import About
from expertpool.notifications.services.old_server import tell_by_old_server
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import LOWERED_AFTER
from expertpool.siteconfig.queries.page import in_words
from expertpool.workflow import occasions
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.matters import MATTERS, matter_of


def tell_asked(request: TwoPersonRequest, deciders: Iterable[User], *, now: datetime) -> None:
    """Tell all who may decide ``request`` (``deciders``) that it waits, also by telephone and mail: whoever sits in
    one's account can read, and mark as read, what stands there."""
    opens = matter_of(request).agreeable_at(request)
    before = f"{moment_text(opens)} 之前可以提出异议（点「不同意」），之后才能确认。"
    more = {
        "失效时间": moment_text(request.expires_at),
        "异议": before if opens > now else "有异议请点「不同意」。",
    }
    _tell(occasions.ASKED, request, deciders, more, now, ways=_outside)


def tell_agreed(request: TwoPersonRequest, *, now: datetime) -> None:
    """Tell all who may decide ``request``, its author, and whoever agreed: his account was used."""
    second = request.decided_by
    users = {user.pk: user for user in (*deciders_of(request), request.requested_by)}
    more = {
        "确认人": second.name if second else "",
        "确认方式": str(request.get_proof_display()),
    }
    _tell(occasions.AGREED, request, users.values(), more, now)


def tell_turned_down(request: TwoPersonRequest, *, now: datetime) -> None:
    """Tell the author of ``request`` who turned it down, and what he said of it."""
    second = request.decided_by
    more = {"确认人": second.name if second else "", "意见": request.note or "没有填写"}
    _tell(occasions.TURNED_DOWN, request, [request.requested_by], more, now)


def tell_withdrawn(
    request: TwoPersonRequest, why: str = occasions.TAKEN_BACK, *, now: datetime
) -> None:
    """Tell all who were asked to decide ``request`` that it waits no more: its author took it back, or ``why``."""
    _tell(occasions.WITHDRAWN, request, deciders_of(request), {"原因": why}, now)


def tell_ended(request: TwoPersonRequest, why: str, *, now: datetime) -> None:
    """Tell the author of ``request`` that it ended without anybody's decision, and ``why``."""
    matter = matter_of(request)
    context = {
        "申请人": request.requested_by.name,
        "事项": matter.words_for(request).label,
        "对象": matter.name_of(request.subject),
        "理由": request.reason,
        "申请时间": moment_text(request.requested_at),
        "失效原因": why,
    }
    key = f"request-expired:{matter.code}:{request.pk}"
    _send(occasions.EXPIRED, matter.about(request), [(request.requested_by, context, key)], now)


def tell_lowered(
    setting: Setting[Any], change: SettingChange, *, readers: Iterable[str] = ()
) -> None:
    """Tell all who decide anything, the security administrators, and the holders of ``readers`` at once
    that a demand of the office was lowered by ``change``: they have until it counts to raise it again.
    Never whoever did it."""
    before, after = (loaded(setting, {setting.code: one}) for one in (change.before, change.after))
    common = {
        "操作人": str(change.actor),
        "设置": f"{setting.group.label}：{setting.label}",
        "原值": setting.kind.words(before),
        "新值": setting.kind.words(after),
        "时间": moment_text(change.at),
        "生效时间": moment_text(change.at + LOWERED_AFTER),
    }
    told = _to_each(
        watchers(*readers, but=change.actor_id), common, f"{occasions.LOWERED.code}:{change.pk}"
    )
    _send(occasions.LOWERED, change, told, change.at)


def tell_rerouted(changes: Sequence[SettingChange], before: Stored) -> None:
    """Tell the same persons at once that messages go another way since ``changes``, saved together; of
    mail by the server of ``before``, since the new one may be of whoever set it."""
    first = changes[0]
    lines = [f"{one.label}：{one.before} → {one.after}" for one in in_words(changes)]
    common = {
        "操作人": str(first.actor),
        "渠道": "、".join(labels_of(changes)),
        "内容": "；".join(lines),
        "等待": f"{route_wait(first.at) // timedelta(minutes=1)} 分钟",
        "时间": moment_text(first.at),
    }
    key = f"{occasions.REROUTED.code}:{first.pk}"
    told = _to_each(watchers(but=first.actor_id), common, key)
    envelopes = _send(occasions.REROUTED, first, told, first.at, ways=_by_telephone)
    if ChannelCode.EMAIL.label in labels_of(changes):
        tell_by_old_server(occasions.REROUTED.code, envelopes, before=before)


def tell_watchers(
    occasion: Occasion,
    about: About,
    common: Mapping[str, str],
    key: str,
    *,
    readers: Iterable[str] = (),
    users: Iterable[int] = (),
    but: int,
    now: datetime,
) -> None:
    """Tell `watchers` of ``occasion``, and whom else it concerns (``users``, ids), by telephone and mail, too."""
    who = {user.pk: user for user in watchers(*readers, but=but)}
    who |= User.objects.in_bulk(set(users) - {*who, but})
    told = _to_each(who.values(), common, key)
    _send(occasion, about, told, now, ways=_outside)


def watchers(*readers: str, but: int) -> list[User]:
    """Return all who decide anything, the security administrators, and the holders of ``readers``; never
    ``but``, who did it."""
    permissions = {matter.decides for matter in MATTERS} | {SECURITY, *readers}
    return list(users_with_permission(*permissions).exclude(pk=but))


def deciders_of(request: TwoPersonRequest) -> list[User]:
    """Return who may decide ``request``, each by his own scope; never its author."""
    matter = matter_of(request)
    return [
        user
        for user in users_with_permission(matter.decides).exclude(pk=request.requested_by_id)
        if matter.subjects(user, matter.decides).filter(pk=request.subject.pk).exists()
    ]


def told_of(request: TwoPersonRequest, *, fully: bool = False) -> dict[str, str]:
    """Return what messages say of ``request``: who asks for what, about what, how and why; ``fully``
    for whoever decides by nothing else."""
    matter = matter_of(request)
    how = (matter.details(request), matter.told(request) if fully else "")
    return {
        "申请人": request.requested_by.name,
        "事项": matter.words_for(request).label,
        "对象": matter.name_of(request.subject),
        "内容": "：".join(filter(None, ("；".join(filter(None, how)), request.reason))),
    }


# Whom it concerns, what he is told, and the key by which it is told once.
Told = tuple[User, Mapping[str, str], str]
# By which ways beyond this site somebody with this telephone and mail address is told of an occasion.
Ways = Callable[[Occasion, str, str], list[ChannelCode]]


def _nowhere_else(occasion: Occasion, phone: str, email: str) -> list[ChannelCode]:
    return []


def _outside(occasion: Occasion, phone: str, email: str) -> list[ChannelCode]:
    return ways_outside(occasion, phone=phone, email=email)


def _by_telephone(occasion: Occasion, phone: str, email: str) -> list[ChannelCode]:
    return ways_outside(occasion, phone=phone, email="")


def _tell(
    occasion: Occasion,
    request: TwoPersonRequest,
    users: Iterable[User],
    more: Mapping[str, str],
    now: datetime,
    *,
    ways: Ways = _nowhere_else,
) -> None:
    matter = matter_of(request)
    key = f"{occasion.code}:{matter.code}:{request.pk}"
    told = _to_each(users, {**told_of(request), **more}, key)
    _send(occasion, matter.about(request), told, now, ways=ways)


def _to_each(users: Iterable[User], common: Mapping[str, str], key: str) -> list[Told]:
    return [(user, {"收件人": user.name, **common}, f"{key}:{user.pk}") for user in users]


def _send(
    occasion: Occasion,
    about: About,
    told: Iterable[Told],
    now: datetime,
    *,
    ways: Ways = _nowhere_else,
) -> list[Envelope]:
    """Tell each on this site and by his ``ways`` beyond it; return what was told to whom."""
    by_ways: dict[tuple[ChannelCode, ...], list[Envelope]] = {}
    for user, context, key in told:
        # A number that nobody has shown to be his may be anybody's.
        phone, email = (user.phone if user.phone_shown_at else "", user.email)
        envelope = Envelope(
            Recipient(user.username, user.name, phone, email), dict(context), about, key
        )
        by_ways.setdefault((ChannelCode.SITE, *ways(occasion, phone, email)), []).append(envelope)
    for channels, envelopes in by_ways.items():
        send_messages(occasion=occasion.code, envelopes=envelopes, channels=channels, now=now)
    return [one for envelopes in by_ways.values() for one in envelopes]
