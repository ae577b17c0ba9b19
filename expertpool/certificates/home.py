"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.certificates.queries.certificates import certificates_visible_to, missing_for
from expertpool.certificates.queries.states import reissuable
from expertpool.core.home import Source, Todo, some
from expertpool.core.registry import MenuItem

ISSUE = "certificates.issue"


_missing = WaitingFor(lambda user, now: some(missing_for(user, timezone.localdate())))
_outdated = WaitingFor(lambda user, now: some(reissuable(certificates_visible_to(user, ISSUE))))


def without(user: User, now: datetime) -> Iterator[Todo]:
    rows = _missing(user)
    url = reverse("certificates:missing")
    yield Todo("签发证书", "位在库专家还没有证书", url, "certificate", "amber", "签发", rows)


def to_reissue(user: User, now: datetime) -> Iterator[Todo]:
    rows = _outdated(user)
    url = f"{reverse('certificates:list')}?tab=outdated"
    yield Todo("换发证书", "份证书与专家信息不一致", url, "refresh", "amber", "换发", rows)


TODOS = (
    Source("certificates_missing", ISSUE, 130, without),
    Source("certificates_outdated", ISSUE, 131, to_reissue),
)
SHORTCUTS = (
    MenuItem(
        "certificates.own", "我的证书", "certificate", "certificates:own", ("experts.self",), 120
    ),
)
