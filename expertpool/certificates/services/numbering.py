"""Numbers of certificates, by the rule of their design: none comes twice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Certificate, Design, Series
from expertpool.core.locks import lock_transaction

LOCK = "certificates-numbers"
FULL = "「{}」的证书编号已用完（{} 位序号），请在证书样式中增加位数或改前缀。"


def take_numbers(design: Design, count: int, *, now: datetime) -> list[str]:
    """Return the next ``count`` numbers of ``design``; those of a transaction that fails come again.

    Designs with the same prefix count on together. A number that another rule has made before is passed over.
    Refuses (CertificateRefused) when the digits do not suffice. Holds a lock until the transaction ends.
    """
    year = str(timezone.localtime(now).year) if design.with_year else ""
    beginning = f"{design.prefix}{year}"
    # Two rules may make one number ("A" of 2026 and "A2026" without a year): one lock for all.
    lock_transaction(LOCK)
    # By what a number begins with, not by design: so a new year begins at one.
    series, _ = Series.objects.get_or_create(beginning=beginning)
    numbers: list[str] = []
    while lack := count - len(numbers):
        first, series.last = series.last + 1, series.last + lack
        # Refused rather than one digit longer: printed lists are sorted as text.
        if series.last >= 10**design.digits:
            raise CertificateRefused(FULL.format(design, design.digits))
        made = [f"{beginning}{at:0{design.digits}}" for at in range(first, series.last + 1)]
        taken = set(Certificate.objects.filter(number__in=made).values_list("number", flat=True))
        numbers += [number for number in made if number not in taken]
    series.save(update_fields=["last"])
    return numbers
