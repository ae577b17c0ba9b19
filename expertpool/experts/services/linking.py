"""An account that exists already becomes that of an expert, and ceases to be so (docs/decisions/0100)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.events import HandedOver
from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.authenticators import remove_app
from expertpool.accounts.services.guards import check_may_act_for
from expertpool.accounts.services.passwords import take_password
from expertpool.accounts.services.users import disable_user, end_access, follow_file
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.events import publish
from expertpool.core.text import clean_code
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import ROLE, is_of_expert
from expertpool.experts.queries.experts import account_of
from expertpool.experts.services.accounts import (
    bind_account,
    check_in_pool,
    expert_role,
    send_link,
)
from expertpool.experts.services.contacts import way_of_link
from expertpool.experts.services.reasons import required_reason

MOST_REASON = MOST_NOTE


@transaction.atomic
def link_account(*, expert: Expert, username: str, reason: str, actor: User, now: datetime) -> User:
    """Make the account ``username`` that of ``expert``; it has his phone and mail from now on.

    Whoever knew its password is out: the expert gets a link to choose one, as in a first activation, so
    nobody becomes an expert by an account of his own. He is told where the account was reached, too, and
    security administrators are. Refuses (ExpertRefused) a missing reason, an expert who has an account,
    is out of the pool or is reached by no link, an account that is not there, disabled, another
    expert's, an applicant's, or one of the office: with another role than that of experts, or beyond the actor's rights.
    """
    reason = required_reason(reason, called="原因", most=MOST_REASON)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    if expert.user is not None:
        raise ExpertRefused(f"{expert.name}已有账号 {expert.user.username}，请先解除关联。")
    check_in_pool(expert)
    role = expert_role()
    user = (
        User.objects.select_for_update(of=("self",))
        .filter(username=clean_code(username).lower())
        .first()
    )
    _check_linkable(user, actor)
    assert user is not None  # noqa: S101 (checked)
    if (way := way_of_link(expert, now=now)) is None:
        raise ExpertRefused(
            "设置密码的链接无法送达：专家没有邮箱，手机短信也没有开通，请先补充邮箱。"
        )
    reached = {"phone": user.phone, "email": user.email}
    try:
        bind_account(expert, user, actor=actor, now=now)
    except ValidationError as error:
        raise ExpertRefused(f"没有关联：{''.join(error.messages)}") from None
    user.roles.add(role)
    take_password(user, now=now)
    end_access(user=user, actor=actor, now=now)
    # Of whoever was in it: the expert has none of its digits, and would be asked for them.
    remove_app(user)
    publish(HandedOver(user.pk, actor.pk, now))
    after = {"账号": user.username}
    entry = record(
        "expert.link_account", actor=actor, now=now, subject=expert, after=after, note=reason
    )
    announce(entry, user, **reached)
    send_link(expert, user, way, f"activation-{expert.pk}-{now:%Y%m%d%H%M%S%f}", now)
    return user


def _check_linkable(user: User | None, actor: User) -> None:
    if user is None:
        raise ExpertRefused("没有这个账号，请核对账号（不是手机号或邮箱）。")
    if user.pk == actor.pk:
        raise ExpertRefused("不能关联自己的账号，请由另一位管理员操作。")
    if is_of_expert(user):
        raise ExpertRefused("这个账号已是另一位专家的账号，请核对。")
    # An applicant's is his own, whatever roles the office leaves him (docs/decisions/0192).
    if is_outsider(user):
        raise ExpertRefused("这是入库申请人的账号，不能关联；他的申请通过后，自动成为专家账号。")
    if not user.is_active:
        raise ExpertRefused("这个账号已停用，请先在用户管理中启用。")
    # An expert's account decides nothing of the office any more (0126): nobody is put out that way.
    if others := user.roles.exclude(code=ROLE).values_list("name", flat=True):
        raise ExpertRefused(
            f"这是本单位工作人员的账号（{'、'.join(others)}），不能作为专家账号；他也是专家的，请另开专家账号。"
        )
    try:
        check_may_act_for(actor, user)
    except AccountError as error:
        raise ExpertRefused(str(error)) from None


@transaction.atomic
def unlink_account(*, expert: Expert, reason: str, actor: User, now: datetime) -> None:
    """Take the account of ``expert`` from him: it is disabled and gives up his phone and mail, which
    stay in the file; he is told at both.

    Refuses (ExpertRefused) a missing reason, an expert without one, the actor's own, and one beyond his rights.
    """
    reason = required_reason(reason, called="原因", most=MOST_REASON)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    user = account_of(expert) or expert.user
    if user is None:
        raise ExpertRefused(f"{expert.name}没有账号。")
    reached = {"phone": expert.phone, "email": expert.email}
    try:
        check_may_act_for(actor, user)
        disable_user(user=user, reason=reason, actor=actor, now=now)
    except AccountError as error:
        raise ExpertRefused(str(error)) from None
    follow_file(user=user, phone="", email="", actor=actor, now=now)
    expert.user = expert.account_proof = expert.link_sent_at = expert.activated_at = None
    expert.save(update_fields=["user", "account_proof", "link_sent_at", "activated_at"])
    before = {"账号": user.username}
    entry = record(
        "expert.unlink_account", actor=actor, now=now, subject=expert, before=before, note=reason
    )
    announce(entry, user, **reached)
