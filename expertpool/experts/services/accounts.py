"""Accounts of experts: opened without a usable password, which they choose by a link that is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import Role, User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.login import forget_attempts
from expertpool.accounts.services.passwords import store_password
from expertpool.accounts.services.users import create_user
from expertpool.audit.services import record
from expertpool.core.asking import ask
from expertpool.core.configuration import value_of
from expertpool.core.fields import readable
from expertpool.experts.enums import NOT_SIGNED_IN
from expertpool.experts.exceptions import ExpertRefused, LinkInvalid
from expertpool.experts.models import Expert
from expertpool.experts.occasions import ACCOUNT, ACTIVATION, ASKED, PASSWORD
from expertpool.experts.queries.accounts import ROLE, waits_for_him
from expertpool.experts.queries.experts import account_of, account_proof, expert_for
from expertpool.experts.services.contacts import (
    CONTACTS,
    Fresh,
    let_account_follow,
    lock_contacts,
    way_of_link,
)
from expertpool.experts.settings import ACTIVATION_VALID
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Recipient, send_message

SALT = "experts.activation"
LINK = "激活链接"  # what letters call it
AT_ONCE = 100  # accounts of one job; a password takes a tenth of a second


@transaction.atomic
def open_account(
    *, expert: Expert, actor: User | None, now: datetime, is_one_of_many: bool = False
) -> User:
    """Give ``expert`` an account with the role of experts and send him the activation link.

    His number is the account name. The password is random and told to nobody. Security administrators
    are told, unless it is one of many that they are told of at once. Calling it again
    changes nothing. Refuses an expert who is out of the pool, whose phone or mail belongs to another
    account or was changed lately (see `way_of_link`), and a site without the role (ExpertRefused).
    """
    # Two clicks at once: the second one finds the account of the first.
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    if (known := account_of(expert)) is not None:
        return known
    check_in_pool(expert)
    way = way_of_link(expert, now=now)
    role = expert_role()
    try:
        # The role is fixed, so the system gives it; who asked stands in the entry below.
        user, _ = create_user(
            username=expert.number,
            # An account holds 50 characters of the 100 that an expert's name may have.
            name=expert.name[:50],
            department=expert.department,
            roles=[role],
            actor=None,
            now=now,
        )
        bind_account(expert, user, actor=None, now=now)
    except ValidationError as error:
        raise ExpertRefused(f"{expert.name}没有开通账号：{''.join(error.messages)}") from None
    entry = record(
        "expert.account", actor=actor, now=now, subject=expert, after={"账号": user.username}
    )
    if not is_one_of_many:
        announce(entry)
    # One for each expert: a second call must not send a second link.
    send_link(expert, user, way, f"activation-{expert.pk}", now)
    return user


def check_in_pool(expert: Expert) -> None:
    """Refuse (ExpertRefused) somebody whose account could not be signed in by."""
    if expert.status in NOT_SIGNED_IN:
        state = expert.get_status_display()
        raise ExpertRefused(f"{expert.name}现为“{state}”，不能登录，也不发送激活链接。")


def expert_role() -> Role:
    """Return the role of experts. Refuses (ExpertRefused) a site without it."""
    role = Role.objects.filter(code=ROLE).first()
    if role is None:
        raise ExpertRefused("系统中没有“专家”角色，请先在角色权限中恢复。")
    return role


def bind_account(expert: Expert, user: User, *, actor: User | None, now: datetime) -> None:
    """Make ``user`` the account of ``expert``, with his phone and mail. Raises ValidationError for
    those that are somebody else's."""
    lock_contacts()
    expert.user, expert.account_proof = user, account_proof(expert.number, user)
    expert.save(update_fields=["user", "account_proof"])
    let_account_follow(expert, actor=actor, now=now)


@transaction.atomic
def invite_to_account(*, expert: Expert, actor: User | None, now: datetime) -> None:
    """Let ``expert`` have an activation link: of the account that is opened for him as a job, or of one
    that he has not activated. Refuses (ExpertRefused) what `open_account` and `send_link_again` do.
    """
    if account_of(expert) is not None:
        send_link_again(expert=expert, actor=actor, now=now)
        return
    check_invitable(expert, now=now)
    # Making a password takes a tenth of a second, too long for hundreds at once.
    queue_accounts([expert.pk], actor=actor, now=now)


def check_invitable(expert: Expert, *, now: datetime, known: Fresh | None = None) -> None:
    """Refuse (ExpertRefused) to open an account of whoever is out of the pool, or not reached (`way_of_link`)."""
    check_in_pool(expert)
    if way_of_link(expert, now=now, known=known) is None:
        raise ExpertRefused("没有邮箱，请先补充专家的邮箱。")


@transaction.atomic
def send_link_again(*, expert: Expert, actor: User | None, now: datetime) -> None:
    """Send the activation link of an account that nobody has activated yet once more; logs it. Who did so today, while
    that may not be told, is sent one as well: by it he may choose another password (docs/decisions/0396).

    At most one a minute. Refuses (ExpertRefused) an expert without an account, who cannot be reached
    (see `way_of_link`), is out of the pool, or has chosen his password, and one whose account is disabled.
    """
    user = account_of(expert)
    if user is None:
        raise ExpertRefused("还没有开通账号，请先开通。")
    check_in_pool(expert)
    if not waits_for_him(expert):
        raise ExpertRefused("账号已经激活；忘记密码的请在用户管理中重置密码。")
    if not user.is_active:
        raise ExpertRefused("账号已停用，请先在用户管理中启用。")
    if (way := way_of_link(expert, now=now)) is None:
        raise ExpertRefused("没有邮箱，请先补充专家的邮箱。")
    key = f"activation-{expert.pk}-{now:%Y%m%d%H%M}"
    # By the same words whether he was in: the records of messages name the occasion.
    send_link(expert, user, way, key, now, occasion=ACTIVATION)
    record("expert.link", actor=actor, now=now, subject=expert)


def send_password_link(user: User, now: datetime, by_himself: bool) -> None:
    """Send the expert whose account ``user`` is a link to choose a password by, which he asked for ``by_himself``.

    Refuses (NotAllowed) whoever is not reached but by what was changed lately, an account that is
    disabled, and one that an expert was given by writing rows.
    """
    expert = expert_for(user)
    if expert is None:
        raise NotAllowed("专家与账号的对应关系被改动过，不能重置密码，请联系安全管理员。")
    if not user.is_active:
        raise NotAllowed("账号已停用，请先启用。")
    try:
        way = way_of_link(expert, now=now)
    except ExpertRefused as refusal:
        raise NotAllowed(str(refusal)) from None
    if way is None:
        raise NotAllowed(
            "专家的密码只由本人用链接设置，他没有邮箱，手机短信也没有开通，链接无法送达：请先补充专家的邮箱。"
        )
    key = f"{ASKED if by_himself else 'password-'}{expert.pk}-{now:%Y%m%d%H%M%S%f}"
    send_link(expert, user, way, key, now, by_himself=by_himself)


def send_link(
    expert: Expert,
    user: User,
    way: ChannelCode | None,
    key: str,
    now: datetime,
    *,
    occasion: Occasion | None = None,
    by_himself: bool = False,
) -> None:
    """Send the link by which ``expert`` chooses a password; nothing where there is no ``way``."""
    if way is None:
        return
    # Whoever was in already has an account to go on with.
    occasion = occasion or (PASSWORD if user.last_login else ACTIVATION)
    send_with_link(
        user,
        {"专家姓名": expert.name, "账号": user.username},
        occasion=occasion.code,
        recipient=Recipient(user.username, expert.name, expert.phone, expert.email),
        channels=[way],
        about=(ACCOUNT, expert.pk),
        key=key,
        now=now,
    )
    # Of what he asked for himself no day is told: who watches would see that he was here.
    if not by_himself:
        Expert.objects.filter(pk=expert.pk).update(link_sent_at=now)


@transaction.atomic
def send_with_link(user: User, words: Mapping[str, str], *, now: datetime, **message: Any) -> None:
    """Send ``user`` a ``message`` (as `send_message` takes it, its context the ``words``) with a link by which he
    chooses a password. It ends those sent before; a letter that was written already (its key) stays good."""
    # As it stands: his contacts may have been written by another hand of this transaction.
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    user.link_round += 1
    link = password_link_values(user, now)
    written = send_message(context={**words, **link}, now=now, **message)
    if any(link[LINK] in one.body for one in written):
        user.save(update_fields=["link_round"])


def password_link_values(user: User, now: datetime) -> dict[str, str]:
    """Return the link by which ``user`` chooses a password, and until when, as letters have it."""
    # Signed rather than stored: the database holds nothing that lets somebody in.
    token = signing.dumps([user.pk, _state(user)], salt=SALT, compress=True)
    until = timezone.localtime(now + value_of(ACTIVATION_VALID))
    return {
        LINK: settings.SITE_URL + reverse("experts:activate", args=[token]),
        "有效期至": f"{until:%Y-%m-%d %H:%M}",
    }


def _state(user: User) -> str:
    """A digest of what the link is for: once a password is chosen, phone or mail is another, or a newer link
    was sent, it is another (docs/decisions/0520)."""
    reached = [readable(user, name) for name in CONTACTS]
    said = [user.password_hash, *reached, user.link_round]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def user_for_link(token: str) -> User:
    """Return whose account the link activates. Raises LinkInvalid for a forged, old or used one, and one sent before
    another, or before his phone or mail was changed."""
    try:
        pk, state = signing.loads(token, salt=SALT, max_age=value_of(ACTIVATION_VALID))
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkInvalid("链接无效或已过期，请联系管理员重新开通。") from None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or _state(user) != state:
        raise LinkInvalid(
            "链接已失效：已经使用过，或后来又发过新的链接、改过手机号或邮箱。请打开最近一次收到的链接；"
            "已经设置密码的请直接登录，忘记密码的，请在登录页点「忘记密码」。"
        )
    return user


@transaction.atomic
def activate_account(*, token: str, password: str, now: datetime) -> User:
    """Let the holder of the link choose his password; the link is used up.

    Refuses a link that is no longer good (LinkInvalid) and a weak password (ValidationError).
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_for_link(token).pk)
    user_for_link(token)  # another click may have been faster
    validate_password(password, user)
    waited, user.must_change_password = user.must_change_password, False
    store_password(user, password, now=now)
    # Whoever forgot his password has locked himself out, too, as a rule.
    forget_attempts(user)
    # Whoever was open stays so with the old day: another would say that he has just been here.
    if waited:
        Expert.objects.filter(user=user).update(activated_at=now)
    record("expert.activate", actor=user, now=now, subject=user)
    return user


def queue_accounts(expert_ids: Collection[int], *, actor: User | None, now: datetime) -> None:
    """Open the accounts of many experts as jobs, within this transaction."""
    ids = list(expert_ids)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        ask("experts.open_accounts", actor=actor, now=now, expert_ids=some)


def open_accounts(*, expert_ids: Collection[int], actor: User | None, now: datetime) -> int:
    """Open accounts; return how many are there. Who cannot have one is noted in the log."""
    opened = 0
    # Each in its own transaction: who cannot have one leaves the others theirs.
    for expert in Expert.objects.filter(pk__in=expert_ids).order_by("pk"):
        try:
            open_account(expert=expert, actor=actor, now=now, is_one_of_many=True)
            opened += 1
        except ExpertRefused as refusal:
            note = str(refusal)
            record("expert.account", actor=actor, now=now, subject=expert, note=note)
    if opened:
        announce(record("expert.accounts", actor=actor, now=now, after={"开通账号": opened}))
    return opened
