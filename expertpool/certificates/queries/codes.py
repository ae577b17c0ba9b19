"""The code on a certificate: by it anybody finds it, and nobody guesses it."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse

from expertpool.audit.services import is_ended_by_log
from expertpool.certificates.models import Certificate
from expertpool.core.fields import is_vouched

SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32, without those that look alike
LENGTH = 26  # 130 bits
ENDS = ("certificate.revoke", "certificate.reissue")  # entries of the log


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def digest_of(code: str) -> bytes:
    """Return by what a code is found; of 130 random bits it tells nothing."""
    return hashlib.sha256(b"certificate:" + code.encode("utf-8", "replace")).digest()


def certificate_by(code: str) -> Certificate | None:
    """Return the certificate with ``code``, each sign as printed; none that somebody wrote into the rows.

    Whatever is not one, one statement is asked by a digest of it: how long it takes tells nothing.
    """
    # One more than it has: a longer text is still none of them, and costs no more.
    rows = Certificate.objects.filter(code_digest=digest_of(code[: LENGTH + 1]))
    found = rows.select_related("expert__employer", "successor").first()
    return found if found is not None and stands(found) else None


def stands(certificate: Certificate) -> bool:
    """Tell whether this system issued ``certificate`` as its row says, and has not ended what is open by it: an
    end stands in the log, too, which a row of before does not take back (docs/decisions/0198)."""
    if not is_vouched(certificate):
        return False
    said = {"证书编号": certificate.number}
    return bool(certificate.ending) or not is_ended_by_log(certificate.expert, *ENDS, before=said)


def address_of(certificate: Certificate) -> str:
    """Return the address that its QR code holds."""
    return check_address(certificate.code)


def check_address(code: str) -> str:
    return f"{settings.SITE_URL}{reverse('certificates:check', args=[code])}"
