"""What certificates announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CertificatesIssued:
    """Certificates were issued, some of them in the place of others."""

    certificate_ids: tuple[int, ...]


@dataclass(frozen=True)
class CertificateRevoked:
    """One was ended for good."""

    certificate_id: int
