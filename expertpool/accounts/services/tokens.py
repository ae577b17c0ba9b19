"""Tokens by which other platforms call the interface."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import ApiToken, User
from expertpool.accounts.registry import is_barred
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.settings import TOKEN_LONGEST
from expertpool.audit.services import record, snapshot, stands_by_log
from expertpool.core.configuration import value_of, words_of
from expertpool.core.crypto import blind_index
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.text import clean_text

PREFIX = "ep_"
# A platform that calls all the time shall not write the token's row each time.
USE_NOTED_EVERY = timedelta(minutes=1)

RECORDED = ("name", "user", "scopes", "hint", "expires_at")


@transaction.atomic
def create_token(
    *,
    name: str,
    user: User,
    scopes: Collection[str],
    expires_at: datetime,
    actor: User,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Create a token that acts for ``user``; return it with its text, which is kept nowhere.

    One that the actor made for somebody else is nothing until that one confirms it. Refuses a
    disabled user (NotAllowed), scopes beyond the rights of that user and an end in the past or
    later than the office allows (ValidationError).
    """
    if not user.is_active:
        raise NotAllowed("这位用户已停用，不能为他创建令牌。")
    if not scopes:
        raise ValidationError({"scopes": "请至少选择一项范围。"})
    if beyond := sorted(code for code in scopes if not user.has_permission(code)):
        labels = "、".join(f"「{PERMISSIONS[code].label}」" for code in beyond)
        raise ValidationError({"scopes": f"用户「{user.name}」没有这些权限：{labels}。"})
    # A token that nobody renews outlives those who remember what it is for.
    if not now < expires_at <= now + value_of(TOKEN_LONGEST):
        message = f"到期时间应在今后 {words_of(TOKEN_LONGEST)}之内。"
        raise ValidationError({"expires_at": message})
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        name=clean_text(name),
        user=user,
        scopes=sorted(scopes),
        digest=_key(text),
        hint=text[: len(PREFIX) + 5],
        created_at=now,
        created_by=actor,
        confirmed_at=now if user.pk == actor.pk else None,
        expires_at=expires_at,
    )
    token.full_clean()
    token.proof = _proof(token)
    token.save(force_insert=True)
    after = snapshot(token, *RECORDED)
    announce(record("token.create", actor=actor, now=now, subject=token, after=after), user)
    return token, text


@transaction.atomic
def confirm_token(*, token: ApiToken, actor: User, now: datetime) -> None:
    """Let a token act for ``actor``, for whom somebody else made it.

    Confirming twice changes nothing. Refuses everybody but the user whom it acts for, and him while
    his password is one that somebody else gave him (NotAllowed).
    """
    if token.user_id != actor.pk:
        raise NotAllowed("令牌以谁的名义操作，就由谁本人确认。")
    if actor.must_change_password:
        raise NotAllowed("请先修改一次性密码，再确认令牌。")
    waiting = ApiToken.objects.filter(pk=token.pk, confirmed_at=None, revoked_at=None)
    token.confirmed_at = now
    if waiting.update(confirmed_at=now, proof=_proof(token)):
        announce(record("token.confirm", actor=actor, now=now, subject=token), actor)


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User | None, now: datetime) -> None:
    """End a token at once. Revoking twice changes nothing."""
    # By the condition, so that revoking twice is logged once.
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
        revoked_at=now, proof=None
    ):
        announce(record("token.revoke", actor=actor, now=now, subject=token), token.user)


def find_token(text: str, *, now: datetime) -> ApiToken | None:
    """Return the valid token that ``text`` is, with its user narrowed to it, and note its use.

    None for a text that is no token, for one that has ended or that its user has not confirmed,
    for a user who is disabled or may not sign in, and for a row that this system did not write so.
    """
    token = (
        ApiToken.objects.select_related("user__department")
        .filter(digest=_key(text), revoked_at__isnull=True, expires_at__gt=now)
        .filter(user__is_active=True, confirmed_at__isnull=False)
        .first()
    )
    if token is None or not hmac.compare_digest(token.proof or b"", _proof(token)):
        return None
    # What was revoked is not written back, nor a copy of it in its place (docs/decisions/0198).
    if not stands_by_log(token, began="token.create", ended="token.revoke"):
        return None
    if is_barred(token.user):
        return None
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    # By the condition rather than by what was read: calls come at once.
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    token.user.act_through(token)
    return token


def find_page_token(text: str, permission: str, *, now: datetime) -> ApiToken | None:
    """Return the token that ``text``, of an address, is, where ``permission`` is all that it may and its user still has it;
    else None: one that may do more is none to stand in an address."""
    token = find_token(text, now=now)
    if token is None or list(token.scopes) != [permission]:
        return None
    return token if token.user.has_permission(permission) else None


def _key(text: str) -> bytes:
    """What a token is found by."""
    # Of earlier tokens the hash alone was kept: what is kept now is made from it.
    return blind_index("api-token", hashlib.sha256(text.encode()).hexdigest())


def _proof(token: ApiToken) -> bytes:
    """That ``token`` acts as its row says, by the name of its user: an id may be given to another."""
    times = token.expires_at, token.confirmed_at
    return token_proof(bytes(token.digest), token.user.username, token.scopes, *times)


def token_proof(
    digest: bytes, username: str, scopes: Sequence[str], *times: datetime | None
) -> bytes:
    """Return the proof of a token that expires, and was confirmed, at ``times``."""
    moments = [at and at.astimezone(UTC).isoformat() for at in times]
    said = [bytes(digest).hex(), username, sorted(scopes), *moments]
    return blind_index("api-token.of", json.dumps(said))
