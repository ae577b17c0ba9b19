"""Signing in through the provider of the office: the authorization code flow with PKCE, state and nonce.

That somebody is under way stands in the session of a visitor, once and for a while: what comes back counts in that
browser alone (docs/decisions/0409).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils import timezone

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.services.addresses import is_open_at, typed_index
from expertpool.accounts.services.login import SignIn, note_sign_in
from expertpool.accounts.services.outside import LIMITED, Vouching, admit
from expertpool.core.configuration import Reader, value_of
from expertpool.identity.enums import Source
from expertpool.identity.exceptions import NotAdmitted, NotVouched
from expertpool.identity.services.leaving import keep_for_leaving
from expertpool.identity.services.persons import Admission, Vouched, account_of
from expertpool.identity.services.provider import exchange, provider_of, userinfo
from expertpool.identity.services.tokens import claims_in
from expertpool.identity.settings import oidc as own
from expertpool.siteconfig.queries.counting import counting

logger = logging.getLogger(__name__)

KEY = "identity_oidc"
VALID = timedelta(minutes=10)
NOT_OFFERED = "统一认证登录没有开启，或设置改动不满一天；请用本系统的账号和密码登录。"
STALE = "这次登录已过期，或不是在这个浏览器里开始的；请重新点登录页上的按钮。"
DECLINED = "身份平台没有放行这次登录；不是您取消的，请联系单位管理身份平台的人。"
NOT_VOUCHED = "身份平台的答复不能确认您是谁，没有登录；请重试，一直不行的请联系管理员。"


@dataclass(frozen=True)
class Caller:
    """From where somebody comes; ``known``: as whose his browser is known (id)."""

    address: str
    device: str
    known: int | None
    now: datetime


def is_offered() -> bool:
    """Tell whether people come in by a provider: what was set within a day does not count yet."""
    if not value_of(own.ENABLED):
        return False
    read = _counting()
    return bool(read(own.ENABLED) and read(own.ISSUER) and read(own.CLIENT))


def begin(session: Any, *, back: str, way_on: str, caller: Caller) -> str:
    """Return where to lead the browser, which comes ``back`` (its address here) and shall go on to ``way_on``. Refuses
    (IdentityError) where it is not offered, the address is blocked, or the provider does not answer."""
    if not is_offered():
        raise NotAdmitted(NOT_OFFERED)
    if not is_open_at(caller.address, now=caller.now) and not caller.known:
        raise NotAdmitted(LIMITED)
    provider = provider_of(value_of)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    session[KEY] = {
        "state": state,
        # Comes back inside the token: one that was made for another sign-in does not fit.
        "nonce": nonce,
        "verifier": verifier,
        "issuer": provider.issuer,
        "way_on": way_on,
        "until": (caller.now + VALID).timestamp(),
    }
    asked = {
        "response_type": "code",
        "client_id": value_of(own.CLIENT),
        "redirect_uri": back,
        "scope": value_of(own.SCOPES),
        "state": state,
        "nonce": nonce,
        # Its original stays here: who steals the code on its way back can do nothing with it.
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    joined = "&" if urlsplit(provider.authorization).query else "?"
    return f"{provider.authorization}{joined}{urlencode(asked)}"


def finish(
    session: Any, answer: Mapping[str, str], *, back: str, caller: Caller
) -> tuple[SignIn, str]:
    """Take what the browser brings from the provider; return what came of it, and where he goes on. Refuses
    (IdentityError) what does not show who it is. Not atomic: it calls the provider, and keeps what was refused."""
    kept = session.pop(KEY, None)  # once, whatever comes of it
    if not is_offered():
        raise NotAdmitted(NOT_OFFERED)
    if not _is_under_way(kept, answer.get("state", ""), caller.now):
        raise NotVouched(STALE)
    if "error" in answer or not answer.get("code"):
        raise NotVouched(DECLINED)
    try:
        claims, token = _claims(kept, answer, back)
    except NotVouched as error:
        logger.warning("identity provider: %s", error)
        # Counts for the address: somebody may be trying answers.
        _note(LoginOutcome.NOT_VOUCHED, "", caller)
        raise NotVouched(NOT_VOUCHED) from error
    person = person_in(claims)
    try:
        user = account_of(person, _rules(), now=caller.now)
    except NotAdmitted:
        _note(LoginOutcome.UNKNOWN_ACCOUNT, person.username, caller)
        raise
    vouching = Vouching(
        method=LoginMethod.OIDC,
        typed=typed_index(f"{person.issuer} {person.subject}"),
        shows_second=_counting()(own.SECOND) and _is_strong(claims),
    )
    done = admit(
        user=user,
        by=vouching,
        address=caller.address,
        device=caller.device,
        known=caller.known,
        now=caller.now,
    )
    keep_for_leaving(session, token, user=user)
    return done, kept["way_on"]


def person_in(claims: Mapping[str, Any]) -> Vouched:
    """Return whom ``claims`` speak of, by the names of them that are set."""
    # True alone: a text that says so is no promise.
    is_verified = claims.get("email_verified") is True
    groups = claims.get(value_of(own.GROUPS))
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return Vouched(
        source=Source.OIDC,
        issuer=value_of(own.ISSUER),
        subject=claims["sub"],
        username=_text(claims, own.USERNAME),
        name=_text(claims, own.NAME),
        email=_text(claims, own.EMAIL) if is_verified else "",
        groups=frozenset(one for one in named if isinstance(one, str)),
    )


def _claims(
    kept: Mapping[str, str], answer: Mapping[str, str], back: str
) -> tuple[Mapping[str, Any], str]:
    """Return what the provider says, and the token by which it says so."""
    provider = provider_of(value_of)
    # Another provider was set meanwhile, or another one answers (RFC 9207).
    if provider.issuer != kept["issuer"] or answer.get("iss", provider.issuer) != provider.issuer:
        raise NotVouched("issuer")
    tokens = exchange(provider, value_of, code=answer["code"], verifier=kept["verifier"], back=back)
    said = tokens.get("id_token")
    claims = claims_in(said, provider, value_of, nonce=kept["nonce"])
    wanted = {value_of(one) for one in (own.USERNAME, own.GROUPS, own.EMAIL)}
    token = tokens.get("access_token")
    if provider.userinfo and isinstance(token, str) and not wanted <= claims.keys():
        more = userinfo(provider, token)
        # The standard asks for it (5.3.2): another's token must not lend him its groups.
        if more.get("sub") != claims["sub"]:
            raise NotVouched("userinfo of somebody else")
        return {**more, **claims}, str(said)  # what is signed stands
    return claims, str(said)


def _is_under_way(kept: Any, state: str, now: datetime) -> bool:
    if not isinstance(kept, dict) or kept["until"] < now.timestamp():
        return False
    return hmac.compare_digest(kept["state"].encode(), state.encode())


def _is_strong(claims: Mapping[str, Any]) -> bool:
    """Tell whether the provider says that it asked for more than a password."""
    wanted = set(_counting()(own.STRONG).split())
    methods, level = claims.get("amr"), claims.get("acr")
    # Whoever says it in another way than the standard does has not said it.
    said = [*(methods if isinstance(methods, list) else ()), level]
    return any(isinstance(one, str) and one in wanted for one in said)


def _rules() -> Admission:
    read = _counting()
    # Whose name is somebody's here is said by these; who is bound already comes by neither.
    is_settled = bool(read(own.USERNAME) and read(own.EMAIL))
    match, creates = (read(own.MATCH), read(own.CREATES)) if is_settled else ("", False)
    return Admission(match, creates, read(own.ADMINS))


def _counting() -> Reader:
    return counting(timezone.now(), *own.OIDC_TRUST)


def _text(claims: Mapping[str, Any], setting: Any) -> str:
    value = claims.get(value_of(setting))
    # Nothing that nobody sees gets into a name.
    return value[:150] if isinstance(value, str) and value.isprintable() else ""


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _note(outcome: LoginOutcome, said: str, caller: Caller) -> None:
    note_sign_in(
        None,
        outcome,
        method=LoginMethod.OIDC,
        typed=typed_index(f"identity {said}"),
        address=caller.address,
        device=caller.device,
        now=caller.now,
        said=said,
    )
