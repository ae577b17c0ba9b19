"""Personal links to invitations: made for letters, and followed.

The letters alone have them. The database keeps digests by a key that it does not have: whoever reads
its rows cannot make a link, and whoever writes rows can neither add one of his own nor lead one to
another invitation (docs/decisions/0084).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from expertpool.core.crypto import blind_index
from expertpool.draws.exceptions import LinkInvalid
from expertpool.draws.models import Invitation, ReplyLink
from expertpool.draws.queries.written import as_written
from expertpool.draws.registry import reply_path
from expertpool.draws.services.entropy import Entropy

TOKEN_BYTES = 18  # 24 characters in base64url: fits an SMS, cannot be guessed


def give_links(rows: Iterable[Invitation], entropy: Entropy) -> dict[int, str]:
    """Make a personal link for each of ``rows`` and return them; those of before go on working."""
    links, paths = [], {}
    for row in rows:
        token = base64.urlsafe_b64encode(entropy.token_bytes(TOKEN_BYTES)).decode()
        key = _key(token)
        links.append(ReplyLink(invitation=row, token_hash=key, proof=_proof(key, row)))
        paths[row.pk] = settings.SITE_URL + reply_path(token)
    ReplyLink.objects.bulk_create(links)
    return paths


def invitation_for_token(token: str) -> Invitation:
    """Return the invitation behind a personal link; raises LinkInvalid for any other text."""
    links = ReplyLink.objects.select_related("invitation__draw__project__batch")
    found = (
        links.prefetch_related("invitation__draw__projects").filter(token_hash=_key(token)).first()
    )
    if found is None or not hmac.compare_digest(
        found.proof, _proof(bytes(found.token_hash), found.invitation)
    ):
        raise LinkInvalid("链接无效：请使用短信或邮件中的完整链接，或联系项目联系人。")
    return as_written([found.invitation])[0]


def _key(token: str) -> bytes:
    """What a link is found by."""
    # Of earlier links the hash alone was kept: what is kept now is made from it.
    return blind_index("reply-link", hashlib.sha256(token.encode()).hexdigest())


def _proof(key: bytes, invitation: Invitation) -> bytes:
    """That ``key`` leads to ``invitation``, by what names it for good: its id may be given to another."""
    return blind_index("reply-link.of", f"{key.hex()}:{invitation.commit}")
