"""Which rows about personal data are looked at: none that this system did not write counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from expertpool.core.answers import answers_to
from expertpool.core.mandates import Mandate
from expertpool.experts.models import Expert
from expertpool.privacy.models import Consent, DataRequest, ErasureRequest
from expertpool.privacy.queries.deletions import deleted_by_log, erased_by_log
from expertpool.privacy.queries.erasures import over_their_time
from expertpool.workflow.queries.asking import OPEN, is_asked

NIGHT = timedelta(days=1)
OF_LEAVERS = ("number", "deleted_at", "merged_into")


def _consents(now: datetime) -> QuerySet[Consent]:
    """The latest written first: its time is its own word."""
    return Consent.objects.select_related("expert", "text").order_by("-pk")


def _requests(now: datetime) -> QuerySet[DataRequest]:
    return DataRequest.objects.select_related("expert").order_by("-pk")


def _erasures(now: datetime) -> QuerySet[ErasureRequest]:
    rows = ErasureRequest.objects.filter(OPEN)
    return rows.select_related("expert", "requested_by").order_by("-pk")


def _leavers(now: datetime) -> QuerySet[Expert]:
    """Whom the next night erases."""
    return over_their_time(now + NIGHT).order_by("-pk").only(*OF_LEAVERS)


def _erased(now: datetime) -> QuerySet[Expert]:
    """Of whom the rest goes at night: messages that were on their way, the name at the end."""
    rows = Expert.objects.filter(erased_at__isnull=False)
    return rows.order_by("-pk").only("erased_at", "number")


WRITTEN = (
    Mandate("privacy.consents", "个人信息的同意", _consents, is_whole=True),
    Mandate("privacy.requests", "个人信息请求", _requests, is_whole=True),
    answers_to(DataRequest, "privacy.answers", "个人信息请求的答复"),
    Mandate("privacy.erasures", "抹去个人信息申请", _erasures, is_whole=True, holds=is_asked),
    Mandate("privacy.leavers", "到期抹去的专家", _leavers, is_whole=True, all_hold=deleted_by_log),
    Mandate("privacy.erased", "已抹去的专家", _erased, is_whole=True, all_hold=erased_by_log),
)
