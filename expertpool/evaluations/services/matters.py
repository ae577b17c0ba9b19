"""What two persons decide after ratings, as `workflow` asks for it."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import CautionLift, Sanction
from expertpool.evaluations.permissions import ANSWER, SANCTION
from expertpool.evaluations.queries.sanctions import cautions_of, cautions_reached
from expertpool.evaluations.services.lifts import (
    check_lift,
    decide_lift,
    lock_caution,
    request_lift,
)
from expertpool.evaluations.services.sanctions import (
    check_sanction,
    decide_sanction,
    lock_expert,
)
from expertpool.experts.queries.appeals import RIGHT as BLACKLIST
from expertpool.experts.queries.experts import experts_visible_to, has_another
from expertpool.workflow.queries.matters import Matter, Words

_BOTH = Words(
    label="警告、移入黑名单",
    title="警告、移入黑名单等待确认",
    agree="确认",
    question="确认？警告立即通知专家本人；移入黑名单后不再被抽取，专家本人会收到原因和申诉的办法。",
    asked="已申请，等待另一位有权限的人员确认后生效。",
    agreed="已确认，已生效。",
    turned_down="已退回申请。",
)
_ONE = {
    SanctionKind.CAUTION: replace(
        _BOTH,
        title="警告等待确认",
        question="确认警告？立即通知专家本人，本人可以申诉一次，由您和申请人以外的人答复。",
    ),
    SanctionKind.BLACKLIST: replace(
        _BOTH,
        title="移入黑名单等待确认",
        question="确认移入黑名单？不再被抽取，专家本人会收到原因和申诉的办法，申诉由您以外的人处理。",
    ),
}


def _warns(asked: Sanction, user: User) -> str:
    """Say so where nobody would be left to answer what its expert says, and where cautions of his count no more."""
    if asked.kind == SanctionKind.BLACKLIST:
        gone = _taken_back_since(asked)
        if has_another(BLACKLIST, asked.expert, than=[user.pk]):
            return gone
        return (
            f"{gone}注意：现在没有其他人有权处理，请先给另一人「管理黑名单」权限，或由另一人确认。"
        )
    if has_another(ANSWER, asked.expert, than=[asked.requested_by_id, user.pk]):
        return ""
    return (
        "注意：现在没有这样的人，请先给第三人答复警告申诉的权限；否则只能由两人申请、确认撤销警告。"
    )


def _taken_back_since(asked: Sanction) -> str:
    """A rule asks for it by the cautions of that moment; its expert may have objected since."""
    cautions = cautions_of(asked.expert)
    lifted = [one.lifted_at for one in cautions if one.lifted_at]
    if not (since := sum(at > asked.requested_at for at in lifted)):
        return ""
    stand = len(cautions) - len(lifted)
    return f"注意：申请之后有 {since} 次警告已经撤销，现在有效的警告 {stand} 次，请核对理由是否仍然成立。"


SANCTIONS = Matter(
    code="evaluations.sanction",
    model=Sanction,
    asks=SANCTION,
    decides=SANCTION,
    subjects=experts_visible_to,
    name_of=lambda expert: f"{expert.name}（{expert.number}）",
    page=lambda expert: reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations",
    related=("expert",),
    refused=EvaluationRefused,
    lock=lock_expert,
    decide=decide_sanction,
    check=check_sanction,
    details=lambda asked: str(asked.get_kind_display()),
    icon="alert-triangle",
    tone="danger",
    order=75,
    words=_BOTH,
    words_of=lambda asked: _ONE[SanctionKind(asked.kind)],
    warns=_warns,
)
LIFTS = Matter(
    code="evaluations.lift",
    model=CautionLift,
    asks=SANCTION,
    decides=SANCTION,
    subjects=cautions_reached,
    name_of=lambda caution: f"{caution.expert.name}（{caution.expert.number}）",
    page=lambda caution: reverse("experts:detail", args=[caution.expert_id]) + "?tab=evaluations",
    related=("caution__expert",),
    refused=EvaluationRefused,
    lock=lock_caution,
    ask=request_lift,
    decide=decide_lift,
    check=check_lift,
    details=lambda asked: f"警告原因：{asked.caution.reason.rstrip('。')}",
    about=lambda asked: asked.caution.expert,
    icon="arrow-back-up",
    order=76,
    words=Words(
        label="撤销警告",
        title="撤销警告等待确认",
        agree="确认",
        question="确认撤销？这次警告不再计入，专家本人会收到原因。",
        asked="已申请，等待另一位有权限的人员确认后撤销。",
        agreed="已确认，警告已撤销。",
        turned_down="已退回申请。",
    ),
)
MATTERS = (SANCTIONS, LIFTS)
