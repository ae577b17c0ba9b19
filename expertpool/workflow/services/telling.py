"""Who is told of a request of two persons: all who may decide it, and its author.

Whoever decides learns at once of what was asked and of what another agreed to: a step taken by two
persons who agree too easily is seen by the third.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from expertpool.notifications.queries.channels import reaches_phones, ways_outside
from expertpool.notifications.queries.route import route_wait
from expertpool.notifications.services.old_server import tell_by_old_server
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries import in_words
from expertpool.workflow import occasions
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.matters import MATTERS, Matter, matter_of
from expertpool.workflow.settings import LOWERED_AFTER


def tell_asked(request: TwoPersonRequest, *, now: datetime) -> None:
    """Tell all who may decide ``request`` that it waits, also by telephone and mail: whoever sits in
    one's account can read, and mark as read, what stands there."""
    opens = matter_of(request).agreeable_at(request)
    before = f"{moment_text(opens)} 之前可以提出异议（点「不同意」），之后才能确认。"
    more = {
        "失效时间": moment_text(request.expires_at),
        "异议": before if opens > now else "有异议请点「不同意」。",
    }
    _tell(occasions.ASKED, request, deciders_of(request), more, now, outside=True)


def tell_agreed(request: TwoPersonRequest, *, now: datetime) -> None:
    """Tell all who may decide ``request``, its author, and whoever agreed: his account was used."""
    second = request.decided_by
    users = {user.pk: user for user in (*deciders_of(request), request.requested_by)}
    more = {
        "确认人": second.name if second else "",
        "确认方式": str(request.get_proof_display()),
    }
    _tell(occasions.AGREED, request, users.values(), more, now)


def tell_ended(request: TwoPersonRequest, why: str, *, now: datetime) -> None:
    """Tell the author of ``request`` that it ended without anybody's decision, and ``why``."""
    matter = matter_of(request)
    context = {
        "申请人": request.requested_by.name,
        "事项": matter.words.label,
        "对象": matter.name_of(request.subject),
        "理由": request.reason,
        "申请时间": moment_text(request.requested_at),
        "失效原因": why,
    }
    key = f"request-expired:{matter.code}:{request.pk}"
    _send(occasions.EXPIRED, matter, request, [(request.requested_by, context, key)], now)


def tell_lowered(setting: Setting[Any], change: SettingChange) -> None:
    """Tell all who decide anything, and the security administrators, at once that a demand on second
    persons was lowered by ``change``: they have until it counts to raise it again. Never whoever did
    it, and of nothing that was raised."""
    before, after = (loaded(setting, {setting.code: one}) for one in (change.before, change.after))
    if after >= before:
        return
    common = {
        "操作人": str(change.actor),
        "设置": setting.label,
        "原值": setting.kind.words(before),
        "新值": setting.kind.words(after),
        "时间": moment_text(change.at),
        "生效时间": moment_text(change.at + LOWERED_AFTER),
    }
    envelopes = [
        Envelope(
            recipient=Recipient(user.username, user.name),
            context={"收件人": user.name, **common},
            about=change,
            key=f"{occasions.LOWERED.code}:{change.pk}:{user.pk}",
        )
        for user in _watchers(change)
    ]
    send_messages(
        occasion=occasions.LOWERED.code,
        envelopes=envelopes,
        channels=[ChannelCode.SITE],
        now=change.at,
    )


def tell_rerouted(changes: Sequence[SettingChange], before: Stored) -> None:
    """Tell the same persons at once that mail goes another way since ``changes``, saved together; by
    mail by the server of ``before``, since the new one may be of whoever set it."""
    first = changes[0]
    lines = [f"{one.label}：{one.before} → {one.after}" for one in in_words(changes)]
    common = {
        "操作人": str(first.actor),
        "内容": "；".join(lines),
        "等待": f"{route_wait(first.at) // timedelta(minutes=1)} 分钟",
        "时间": moment_text(first.at),
    }
    key = f"{occasions.REROUTED.code}:{first.pk}"
    by_ways: dict[bool, list[Envelope]] = {}
    for user in _watchers(first):
        phone = user.phone if user.phone_verified_at else ""
        to = Recipient(user.username, user.name, phone, user.email)
        context = {"收件人": user.name, **common}
        by_ways.setdefault(bool(phone) and reaches_phones(), []).append(
            Envelope(to, context, first, f"{key}:{user.pk}")
        )
    for has_phone, envelopes in by_ways.items():
        channels = [ChannelCode.SITE, *([ChannelCode.SMS] if has_phone else [])]
        send_messages(
            occasion=occasions.REROUTED.code,
            envelopes=envelopes,
            channels=channels,
            now=first.at,
        )
        tell_by_old_server(occasions.REROUTED.code, envelopes, before=before)


def _watchers(change: SettingChange) -> list[User]:
    """Return all who decide anything, and the security administrators; never whoever made ``change``."""
    permissions = {matter.decides for matter in MATTERS} | {SECURITY}
    users = {user.pk: user for one in permissions for user in users_with_permission(one)}
    users.pop(change.actor_id, None)
    return list(users.values())


def deciders_of(request: TwoPersonRequest) -> list[User]:
    """Return who may decide ``request``, each by his own scope; never its author."""
    matter = matter_of(request)
    return [
        user
        for user in users_with_permission(matter.decides).exclude(pk=request.requested_by_id)
        if matter.subjects(user, matter.decides).filter(pk=request.subject.pk).exists()
    ]


def told_of(request: TwoPersonRequest) -> dict[str, str]:
    """Return what messages say of ``request``: who asks for what, about what, how and why."""
    matter = matter_of(request)
    return {
        "申请人": request.requested_by.name,
        "事项": matter.words.label,
        "对象": matter.name_of(request.subject),
        "内容": "：".join(filter(None, (matter.details(request), request.reason))),
    }


def _tell(
    occasion: Occasion,
    request: TwoPersonRequest,
    users: Iterable[User],
    more: Mapping[str, str],
    now: datetime,
    *,
    outside: bool = False,
) -> None:
    matter = matter_of(request)
    common = {**told_of(request), **more}
    key = f"{occasion.code}:{matter.code}:{request.pk}"
    told = [(user, {"收件人": user.name, **common}, f"{key}:{user.pk}") for user in users]
    _send(occasion, matter, request, told, now, outside=outside)


def _send(
    occasion: Occasion,
    matter: Matter,
    request: TwoPersonRequest,
    told: Iterable[tuple[User, Mapping[str, str], str]],
    now: datetime,
    *,
    outside: bool = False,
) -> None:
    by_ways: dict[tuple[ChannelCode, ...], list[Envelope]] = {}
    for user, context, key in told:
        # A number that nobody has shown to be his may be anybody's.
        phone, email = (user.phone if user.phone_verified_at else "", user.email)
        ways = ways_outside(phone=phone, email=email) if outside else []
        recipient = Recipient(user.username, user.name, phone, email)
        envelope = Envelope(recipient, dict(context), matter.about(request), key)
        by_ways.setdefault((ChannelCode.SITE, *ways), []).append(envelope)
    for channels, envelopes in by_ways.items():
        send_messages(occasion=occasion.code, envelopes=envelopes, channels=channels, now=now)
