"""What two persons decide about fees, as `workflow` asks for it."""

from __future__ import annotations

from django.urls import reverse

from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import PaymentRequest
from expertpool.fees.permissions import PAY
from expertpool.fees.queries.payments import batches_visible_to
from expertpool.fees.services.payments import check_batch, decide_batch, drop_batch, lock_batch
from expertpool.workflow.queries.matters import Matter, Words

PAYMENTS = Matter(
    code="fees.payment",
    model=PaymentRequest,
    asks=PAY,
    decides=PAY,
    subjects=batches_visible_to,
    name_of=str,
    page=lambda batch: reverse("fees:batch", args=[batch.pk]),
    related=("batch",),
    refused=FeeRefused,
    lock=lock_batch,
    decide=decide_batch,
    check=check_batch,
    given_up=drop_batch,
    details=lambda asked: f"{asked.batch.count} 笔，合计 {asked.batch.total_text} 元",
    icon="cash",
    order=70,
    words=Words(
        label="付款",
        title="付款批次等待复核",
        agree="同意付款",
        question="已核对各笔金额和收款账户，同意付款？",
        asked="批次已建立，等待另一位有权限的人员复核。",
        agreed="已同意付款，可以下载银行文件。",
        turned_down="已退回，其中的劳务费可以重新列入批次。",
    ),
)
MATTERS = (PAYMENTS,)
