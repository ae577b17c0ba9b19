"""通行密钥 (WebAuthn): registered by who is signed in, shown at the second step. What browsers send is checked by
``webauthn`` (docs/decisions/0369)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from expertpool.accounts.models import User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.login import check_own_password, is_himself
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.settings import SITE_NAME
from expertpool.core.text import clean_text
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import Passkey
from expertpool.secondfactor.queries import passkeys_of, usable_passkeys_of, why_needed

MOST = 10  # of one user
LONGEST_NAME = 40
LONGEST_HANDLE = 1023  # bytes (WebAuthn, 4)
NONE = "这个账号没有在本站地址登记过通行密钥，请用验证器的数字或备用码。"
REFUSED = "通行密钥没有通过验证，请重试；反复出现的请改用验证器的数字或备用码。"
# What comes of an answer that no browser gives, nested too deep say.
BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Place:
    """Of which site a passkey is: its host (the relying party) and the origin that browsers tell."""

    host: str
    origin: str


def registration_options(user: User, place: Place) -> tuple[dict[str, Any], str]:
    """Return what the browser is asked to register for ``user``, and the challenge to keep."""
    options = generate_registration_options(
        rp_id=place.host,
        rp_name=value_of(SITE_NAME),
        user_id=blind_index("secondfactor.user", user.username),  # tells nobody who it is
        user_name=user.username,
        user_display_name=user.name,
        # So that the device says by itself that it is registered already.
        exclude_credentials=_descriptors(usable_passkeys_of(user)),
        authenticator_selection=AuthenticatorSelectionCriteria(
            user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return json.loads(options_to_json(options)), bytes_to_base64url(options.challenge)


def register(
    *,
    user: User,
    place: Place,
    challenge: str,
    answer: Any,
    name: str,
    password: str,
    now: datetime,
) -> Passkey:
    """Keep the passkey that the browser made for ``user``; logs it. Refuses (AccountError) a wrong password: else
    whoever finds his window open would stay; (SecondFactorRefused) an answer that is none to ``challenge``, one that
    is somebody's already, and more than `MOST`. Not atomic: a wrong password counts."""
    check_own_password(user, password, now=now)
    if len(passkeys_of(user)) >= MOST:
        raise SecondFactorRefused(f"通行密钥最多 {MOST} 个，请先删除不用的。")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except BROKEN:
        raise SecondFactorRefused(REFUSED) from None
    # The standard's bound: a longer one comes from no authenticator.
    if len(made.credential_id) > LONGEST_HANDLE:
        raise SecondFactorRefused(REFUSED)
    passkey = Passkey(
        user=user,
        name=(clean_text(name) or f"{timezone.localdate(now)} 登记")[:LONGEST_NAME],
        host=place.host,
        handle=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        created_at=now,
    )
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
            announce(
                record("second.passkey", actor=user, subject=user, now=now, note=passkey.name), user
            )
    except IntegrityError:
        raise SecondFactorRefused("这个通行密钥已经登记过。") from None
    return passkey


def remove(*, passkey: Passkey, password: str, now: datetime) -> None:
    """Let ``passkey`` show nothing any more, for its owner; logs it. Refuses (AccountError) a wrong password, and
    (SecondFactorRefused) the last one where his role demands one. Not atomic: a wrong password counts."""
    user = passkey.user
    check_own_password(user, password, now=now)
    with transaction.atomic():
        # Two windows at once do not take the last two.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if why := why_needed(passkey):
            raise SecondFactorRefused(why)
        passkey.delete()
        note = passkey.name
        announce(
            record("second.passkey_removed", actor=user, subject=user, now=now, note=note), user
        )


def sign_in_options(user: User, place: Place) -> tuple[dict[str, Any], str]:
    """Return what the browser is asked to sign for ``user``, and the challenge to keep. Refuses (SecondFactorRefused)
    who has no passkey of the present name of this site."""
    if not (passkeys := usable_passkeys_of(user)):
        raise SecondFactorRefused(NONE)
    options = generate_authentication_options(
        rp_id=place.host,
        allow_credentials=_descriptors(passkeys),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.loads(options_to_json(options)), bytes_to_base64url(options.challenge)


def show_by_passkey(
    *, user: User, place: Place, challenge: str, answer: Any, now: datetime
) -> None:
    """Let what the browser signed show that it is ``user``. Refuses (SecondFactorRefused) what one of his passkeys did
    not sign, and (TooManyAttempts) whoever tried too often. Not atomic: a wrong attempt counts."""
    if not is_himself(user, lambda: _has_signed(user, place, challenge, answer, now), now=now):
        raise SecondFactorRefused(REFUSED)


def _has_signed(user: User, place: Place, challenge: str, answer: Any, now: datetime) -> bool:
    handle = answer.get("id") if isinstance(answer, dict) else None
    # Among those that were registered under this name: a row that somebody wrote opens nothing.
    passkey = next((one for one in usable_passkeys_of(user) if one.handle == handle), None)
    if passkey is None:
        return False
    try:
        shown = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=bytes(passkey.public_key),
            # A count that goes back is that of a copy.
            credential_current_sign_count=passkey.sign_count,
        )
    except BROKEN:
        return False
    Passkey.objects.filter(pk=passkey.pk).update(sign_count=shown.new_sign_count, last_used_at=now)
    return True


def _descriptors(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.handle)) for one in passkeys]
