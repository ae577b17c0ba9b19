"""What two persons decide about fees, as `workflow` asks for it."""

from __future__ import annotations

from django.urls import reverse

from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import CorrectionRequest, FeeLine, PaymentRequest
from expertpool.fees.permissions import PAY, REVERSE
from expertpool.fees.queries.lines import fees_visible_to, standing_gross
from expertpool.fees.queries.payments import batches_visible_to
from expertpool.fees.rules.corrections import corrected_words
from expertpool.fees.services.corrections import check_correction, decide_correction, lock_line
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
    details=lambda asked: f"{asked.batch.count} 笔，合计 {asked.batch.total:,.2f} 元",
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


def _details(asked: CorrectionRequest) -> str:
    what = "补付" if asked.gross > 0 else "扣回"
    after = corrected_words(standing_gross(asked.line), asked.gross)
    return f"{what} {abs(asked.gross):.2f} 元（税前），{after}"


def _name(line: FeeLine) -> str:
    return f"{line.expert.name}（{line.project.name}）"


CORRECTIONS = Matter(
    code="fees.correct",
    model=CorrectionRequest,
    asks=REVERSE,
    decides=REVERSE,
    subjects=fees_visible_to,
    name_of=_name,
    page=lambda line: reverse("fees:detail", args=[line.pk]),
    related=("line__expert", "line__project"),
    refused=FeeRefused,
    lock=lock_line,
    decide=decide_correction,
    check=check_correction,
    details=_details,
    icon="pencil",
    order=75,
    words=Words(
        label="劳务费更正",
        title="劳务费更正等待确认",
        agree="确认更正",
        question="确认更正这份已付款的劳务费？确认后发给专家，不能修改。",
        asked="已申请，等待另一位有权限的人员确认。",
        agreed="已更正：补付的等专家签字后付款，扣回的待登记收回。",
        turned_down="已退回更正申请。",
    ),
)
MATTERS = (PAYMENTS, CORRECTIONS)
