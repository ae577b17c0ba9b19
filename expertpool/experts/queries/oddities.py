"""What is odd in a record and no reason to refuse it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from expertpool.directory.queries import division_codes
from expertpool.experts.models import Expert
from expertpool.experts.validators.regions import Regions
from expertpool.experts.validators.values import oddities


def oddities_of(expert: Expert, codes: Iterable[str]) -> list[str]:
    """Return what is odd in the fields ``codes`` of ``expert``, as they were cleaned, a sentence each."""
    values = {code: getattr(expert, code) for code in codes if hasattr(expert, code)}
    values["kind"] = expert.kind
    today, regions = timezone.localdate(), Regions(division_codes())
    found = oddities(values, born=expert.birth_date, today=today, regions=regions)
    return [sentence for _, _, sentence in found]
