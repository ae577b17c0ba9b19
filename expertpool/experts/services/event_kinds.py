"""What happens to experts, as it is told to event rules, and what these can do to one.

Only what the office does, and everybody who may see him sees at once: what an expert does himself is told
later (docs/decisions/0185).
"""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from expertpool.audit.models import Entry
from expertpool.automation.exceptions import ActionRefused, ActionSkipped
from expertpool.automation.registry import Doing, EventKind, Person, RuleAction, Values
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.experts.enums import STATUS_MOVES, ExpertStatus
from expertpool.experts.events import ExpertApproved, ExpertLeft
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.status import freeze_expert

SUBJECT = "experts.expert"
SAMPLES = {
    "专家姓名": "王建国",
    "专家编号": "E-000123",
    "工作单位": "长沙市建筑设计研究院",
    "状态": "在库",
}
HIMSELF = Person("专家本人", recipient_of)


def _words(expert: Expert) -> dict[str, str]:
    return {
        "专家姓名": expert.name,
        "专家编号": expert.number,
        "工作单位": str(expert.employer or ""),
        "状态": expert.get_status_display(),
    }


def _past(**said: object) -> QuerySet[Expert]:
    """Return whose status was changed so that the log has ``said`` of it, each when it was last; wherever he stands
    today."""
    moves = Entry.objects.filter(
        **said,
        action__in=STATUS_MOVES,
        subject_type=Expert._meta.label_lower,
        subject_id=Cast(OuterRef("pk"), TextField()),
    )
    rows = Expert.objects.annotate(happened_at=Subquery(moves.order_by("-id").values("at")[:1]))
    return rows.filter(happened_at__isnull=False).select_related("employer", "user")


APPROVED = EventKind(
    code="experts.approved",
    label="专家入库",
    note="审核通过（包括批量导入后逐位审核的）、录入时直接在库的算；导入时直接在库的不算，解冻等重新在库的见「专家恢复在库」。",
    subject=SUBJECT,
    sources={ExpertApproved: lambda event: () if event.back else event.expert_ids},
    visible=experts_visible_to,
    past=lambda: _past(
        before__状态=ExpertStatus.PENDING.label, after__状态=ExpertStatus.FORMAL.label
    ),
    page=lambda expert: reverse("experts:detail", args=[expert.pk]),
    name_of=lambda expert: expert.name,
    words=_words,
    samples=SAMPLES,
    people={"expert": HIMSELF},
    parties={"expert": lambda expert: expert},
    order=20,
)

BACK = EventKind(
    code="experts.back",
    label="专家恢复在库",
    note="解冻、移出黑名单、恢复删除后重新在库；第一次入库的见「专家入库」。",
    subject=SUBJECT,
    sources={ExpertApproved: lambda event: event.expert_ids if event.back else ()},
    visible=experts_visible_to,
    past=lambda: _past(
        before__状态__in=[one.label for one in ExpertStatus if one is not ExpertStatus.PENDING],
        after__状态=ExpertStatus.FORMAL.label,
    ),
    page=lambda expert: reverse("experts:detail", args=[expert.pk]),
    name_of=lambda expert: expert.name,
    words=_words,
    samples=SAMPLES,
    people={"expert": HIMSELF},
    parties={"expert": lambda expert: expert},
    order=20,
)

LEFT = EventKind(
    code="experts.left",
    label="专家离库",
    note="冻结、列入黑名单或删除。",
    subject=SUBJECT,
    sources={ExpertLeft: lambda event: [event.expert_id]},
    visible=experts_visible_to,
    past=lambda: _past(before__状态=ExpertStatus.FORMAL.label),
    page=lambda expert: reverse("experts:detail", args=[expert.pk]),
    name_of=lambda expert: expert.name,
    words=_words,
    samples=SAMPLES,
    people={"expert": HIMSELF},
    parties={"expert": lambda expert: expert},
    order=20,
)

EVENTS = (APPROVED, BACK, LEFT)


def _freeze_fields(_kind: EventKind) -> Mapping[str, forms.Field]:
    return {
        "reason": forms.CharField(
            label="冻结原因", max_length=100, help_text="写入专家的历史，专家本人看得到。"
        )
    }


def _check_reason(_kind: EventKind, values: Values) -> None:
    if not is_reason(values["reason"]):
        raise ActionRefused(f"请写明冻结原因{SAY_MORE}。")


def _freeze(doing: Doing) -> str:
    """Suspend the expert of an event, within the scope of whoever drew the rule up."""
    expert: Expert = doing.party("expert")
    if expert.status == ExpertStatus.FROZEN:
        raise ActionSkipped("该专家已冻结")
    if not experts_visible_to(doing.author, "experts.edit").filter(pk=expert.pk).exists():
        raise ActionRefused(f"规则由 {doing.author.name} 制定，他无权冻结该专家")
    reason = f"{doing.values['reason']}（{doing.reason}）"
    # By nobody's hand: two persons agreed to the rule, neither to this very step.
    freeze_expert(expert=expert, reason=reason, actor=None, now=doing.now)
    return "已冻结该专家"


FREEZE = RuleAction(
    code="experts.freeze",
    label="冻结专家",
    fields=_freeze_fields,
    words=lambda kind, values: f"冻结该专家：{values['reason']}",
    check=_check_reason,
    run=_freeze,
    needs="expert",
    permission="experts.edit",
    weighty=True,
    refused=(ExpertRefused,),
    order=60,
)
