"""What comes of ratings, as it is told to event rules, and what these can ask for: a person confirms it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django import forms
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.exceptions import ActionRefused
from expertpool.automation.registry import Doing, EventKind, Person, RuleAction, Values
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.evaluations.enums import SanctionKind, Target
from expertpool.evaluations.events import EvaluationClosed, ExpertCautioned
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Rating, Sanction
from expertpool.evaluations.permissions import SANCTION
from expertpool.evaluations.queries.ratings import all_ratings, counts, ratings_visible_to
from expertpool.evaluations.queries.sanctions import all_cautions, cautions_visible_to
from expertpool.evaluations.services.sanctions import request_sanction
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.services.contacts import recipient_of

RATING, CAUTION = "evaluations.rating", "evaluations.sanction"


def _page(row: Rating | Sanction) -> str:
    return reverse("experts:detail", args=[row.expert_id]) + "?tab=evaluations"


# --- Ratings, once the time for them is over --------------------------------------------------------


def _closed(event: EvaluationClosed) -> Iterator[int]:
    rows = Rating.objects.filter(evaluation=event.evaluation_id, target=Target.EXPERT)
    yield from rows.order_by("pk").values_list("pk", flat=True)


def _past() -> QuerySet[Rating]:
    rows = all_ratings().filter(evaluation__closed_at__isnull=False)
    return rows.annotate(happened_at=F("evaluation__closed_at"))


def _ratings_visible_to(user: User) -> QuerySet[Rating]:
    """Those of reviews whose names he may read: the words say which one it was."""
    return ratings_visible_to(user, now=timezone.now())  # asked by automation, which knows no clock


def _rating_words(row: Rating) -> dict[str, str]:
    return {
        "专家姓名": row.expert.name if row.expert else "",
        "专家编号": row.expert.number if row.expert else "",
        "项目名称": row.evaluation.project.name,
        "综合得分": row.total_text,
        "参与度": str(row.get_participation_display()),
    }


RATED = EventKind(
    code="evaluations.rated",
    label="专家评价结束（逐份）",
    note="评价期满后对每份评价触发一次；此后申诉成立而撤销的，已做的动作不自动收回。",
    subject=RATING,
    sources={EvaluationClosed: _closed},
    visible=_ratings_visible_to,
    past=_past,
    page=_page,
    name_of=lambda row: f"{row.expert.name}（{row.evaluation.project.name}）",
    fact=lambda row: "closed",
    stands=lambda row, fact: counts(row),
    words=_rating_words,
    samples={
        "专家姓名": "王建国",
        "专家编号": "E-000123",
        "项目名称": "人民医院门诊楼施工招标",
        "综合得分": "56.50",
        "参与度": "参与度较低",
    },
    people={
        "expert": Person(
            "专家本人", lambda row: recipient_of(row.expert), about=lambda row: row.invitation
        )
    },
    parties={"expert": lambda row: row.expert},
    about=lambda row: row.invitation,
    order=35,
)

# --- Cautions ----------------------------------------------------------------------------------------

CAUTIONED = EventKind(
    code="evaluations.cautioned",
    label="专家受到警告",
    subject=CAUTION,
    sources={ExpertCautioned: lambda event: [event.sanction_id]},
    visible=cautions_visible_to,
    past=lambda: all_cautions().select_related("expert").annotate(happened_at=F("decided_at")),
    page=_page,
    name_of=lambda row: row.expert.name,
    fact=lambda row: "cautioned",
    words=lambda row: {
        "专家姓名": row.expert.name,
        "专家编号": row.expert.number,
        "原因": row.reason,
    },
    samples={
        "专家姓名": "王建国",
        "专家编号": "E-000123",
        "原因": "评审中接听电话",
    },
    people={"expert": Person("专家本人", lambda row: recipient_of(row.expert))},
    parties={"expert": lambda row: row.expert},
    about=lambda row: row.expert,
    order=36,
)
EVENTS = (RATED, CAUTIONED)

# --- What rules ask for: in their author's name, confirmed by a person -------------------------------


def _fields(_kind: EventKind) -> Mapping[str, forms.Field]:
    return {
        "reason": forms.CharField(label="原因", max_length=200, help_text="确认后专家本人看得到。")
    }


def _check(_kind: EventKind, values: Values) -> None:
    if not is_reason(values["reason"]):
        raise ActionRefused(f"请写明原因{SAY_MORE}。")


def _asking(kind: SanctionKind) -> Callable[[Doing], str]:
    def run(doing: Doing) -> str:
        expert: Expert = doing.party("expert")
        # By his rights as they are now, not as they were when he wrote the rule.
        if not experts_visible_to(doing.author, SANCTION).filter(pk=expert.pk).exists():
            raise ActionRefused(f"规则由 {doing.author.name} 制定，他无权申请")
        reason = f"{doing.values['reason']}（{doing.reason}）"
        request_sanction(expert=expert, kind=kind, reason=reason, actor=doing.author, now=doing.now)
        return f"已申请{kind.label}，等待另一人确认"

    return run


def _action(kind: SanctionKind, order: int) -> RuleAction:
    return RuleAction(
        code=f"evaluations.{kind.value}",
        label=f"申请{kind.label}",
        fields=_fields,
        words=lambda _kind, values: f"申请{kind.label}（须另一人确认）：{values['reason']}",
        check=_check,
        run=_asking(kind),
        needs="expert",
        permission=SANCTION,
        refused=(EvaluationRefused,),
        order=order,
    )


CAUTION_ACTION = _action(SanctionKind.CAUTION, 56)
BLACKLIST_ACTION = _action(SanctionKind.BLACKLIST, 57)
RULE_ACTIONS_HERE = (CAUTION_ACTION, BLACKLIST_ACTION)
