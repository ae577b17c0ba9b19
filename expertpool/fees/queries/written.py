"""Rows of fees that this system did not write: told within a minute, and all of them each night."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.core.mandates import Mandate
from expertpool.fees.models import (
    BankAccount,
    CorrectionRequest,
    FeeLine,
    FeeRate,
    Payment,
    PaymentBatch,
)
from expertpool.workflow.queries.asking import OPEN, is_asked


def _lines(_now: datetime) -> QuerySet[FeeLine]:
    return FeeLine.objects.order_by("-pk").select_related("project", "expert", "rate", "corrects")


def _rates(_now: datetime) -> QuerySet[FeeRate]:
    return FeeRate.objects.order_by("-pk")


def _accounts(_now: datetime) -> QuerySet[BankAccount]:
    return BankAccount.objects.order_by("-pk").select_related("expert", "asked_by", "decided_by")


def _batches(_now: datetime) -> QuerySet[PaymentBatch]:
    return PaymentBatch.objects.order_by("-pk").select_related("made_by")


def _payments(_now: datetime) -> QuerySet[Payment]:
    return Payment.objects.order_by("-pk").select_related("batch", "line", "account")


def _corrections(_now: datetime) -> QuerySet[CorrectionRequest]:
    rows = CorrectionRequest.objects.filter(OPEN)
    return rows.select_related("line", "requested_by").order_by("-pk")


WRITTEN = (
    Mandate("fees.line", "劳务费", _lines, is_whole=True),
    Mandate("fees.rate", "劳务费标准", _rates, is_whole=True),
    Mandate("fees.account", "收款账户", _accounts, is_whole=True),
    Mandate("fees.account_asked", "收款账户的提交人", _accounts, is_whole=True, by="asked_proof"),
    Mandate("fees.batch", "付款批次", _batches, is_whole=True),
    Mandate("fees.corrections", "劳务费更正申请", _corrections, is_whole=True, holds=is_asked),
    Mandate("fees.payment", "付款", _payments, is_whole=True),
)
