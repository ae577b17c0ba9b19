"""Reads of flows and approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import AllOf, Context, CriteriaError, Node, parse, to_q
from expertpool.core.timeline import TimelineEntry
from expertpool.workflow.enums import ApprovalState, OnRejection, StepKind
from expertpool.workflow.models import Approval, Decision, FlowStep, FlowVersion, PublicNotice
from expertpool.workflow.queries.deciders import may_decide
from expertpool.workflow.registry import FLOW_SUBJECTS

RUNNING = Q(state=ApprovalState.RUNNING)


def subject_code(subject: Model) -> str:
    """The code under which the model of ``subject`` is registered."""
    return subject._meta.label_lower


def latest_version(subject: str) -> FlowVersion | None:
    """The version that new approvals take; None before the first."""
    versions = FlowVersion.objects.filter(subject=subject).select_related("created_by")
    return versions.order_by("-number").first()


def latest_versions() -> dict[str, FlowVersion]:
    """The version that new approvals take, with its steps, of each subject that has one."""
    steps = FlowStep.objects.select_related("role", "department")
    versions = FlowVersion.objects.select_related("created_by").prefetch_related(
        Prefetch("steps", steps)
    )
    latest = versions.order_by("subject", "-number").distinct("subject")
    return {version.subject: version for version in latest}


def waiting_for(user: User, subject: str) -> Q:
    """Rows whose current step ``user`` may decide, as a condition on their model.

    The caller adds who reaches which rows, and that nobody decides on his own.
    """
    waiting = Approval.objects.filter(RUNNING, may_decide(user, subject), subject_type=subject)
    return Q(pk__in=waiting.values("subject_id"))


def step_names(subject: str, subject_ids: list[int]) -> dict[int, str]:
    """At which step each of the subjects waits; nothing for those with a single step."""
    rows = Approval.objects.filter(RUNNING, subject_type=subject, subject_id__in=subject_ids)
    found = rows.select_related("step").prefetch_related("version__steps")
    # Not count(): that would ask anew what is already loaded.
    return {row.subject_id: str(row.step) for row in found if len(row.version.steps.all()) > 1}


def place_before(step: FlowStep) -> int:
    """Return the place (from 1) of the step to which ``step`` sends back what it does not agree to; 0: it
    goes to its applicant."""
    if step.on_rejection == OnRejection.STEP:
        return step.return_to or 0
    return step.order - 1 if step.on_rejection == OnRejection.PREVIOUS else 0


def where_back(approval: Approval, step: FlowStep) -> FlowStep | None:
    """Return the step to which ``step`` sends ``approval`` back; None: to its applicant."""
    if step.on_rejection == OnRejection.STEP and step.return_to:
        return approval.version.steps.filter(order=step.return_to).first()
    if step.on_rejection == OnRejection.PREVIOUS:
        # The last before this one that was decided in this approval.
        decided = approval.decisions.filter(step__order__lt=step.order)
        found = decided.order_by("-step__order", "-id").select_related("step").first()
        return found.step if found else None
    return None


def step_before(subject: Model) -> str:
    """Return the step, by its name, to which ``subject`` goes when the one at which it waits does not agree;
    empty: to its applicant."""
    waiting = Approval.objects.filter(
        RUNNING, subject_type=subject_code(subject), subject_id=subject.pk
    )
    approval = waiting.select_related("step", "version").first()
    before = where_back(approval, approval.step) if approval and approval.step else None
    return str(before) if before else ""


@dataclass(frozen=True)
class Returned:
    """Why something was sent back: at which ``step``, ``by`` whom, with a ``note`` and reasons by field."""

    step: str
    by: str
    note: str
    fields: Mapping[str, str]


def returned(subject_type: str, subject_id: int) -> Returned | None:
    """Return why the subject was sent back last; None where nobody did, or it went on since."""
    decisions = Decision.objects.filter(
        approval__subject_type=subject_type, approval__subject_id=subject_id
    )
    last = decisions.select_related("step", "decided_by", "for_whom").order_by("-id").first()
    if last is None or last.agreed:
        return None
    return Returned(str(last.step), last.who, last.note, last.fields)


def rejection_of(subject: Model) -> Decision | None:
    """Return the last decision against ``subject``, to whomever it was sent back; None: there was none."""
    handed = handed_in(subject_code(subject)).filter(subject_id=subject.pk)
    rows = Decision.objects.filter(approval__in=handed, agreed=False)
    return rows.select_related("decided_by", "for_whom").order_by("-pk").first()


def settled_words(subject: Model) -> str:
    """Say who settled ``subject``, if it waits for nobody any more, to somebody who came to decide it; empty: it
    waits, or nobody has handed it in."""
    approval = handed_in(subject_code(subject)).filter(subject_id=subject.pk).first()
    if approval is None or approval.state == ApprovalState.RUNNING:
        return ""
    last = approval.decisions.select_related("step", "decided_by", "for_whom").last()
    by = f"已由 {last.who} 办理" if last else "已由申请人撤回或另行处理"
    state, declared = ApprovalState(approval.state), FLOW_SUBJECTS.get(subject_code(subject))
    word = declared.word_of(state) if declared else state.label
    return f"{by}，现为“{word}”，没有再次处理；请刷新页面。"


def reasons_in_words(subject_type: str, fields: Mapping[str, str]) -> str:
    """Return reasons by field as a text of one line, each under its label and in the order of the fields."""
    if not fields:
        return ""
    labels = dict(FLOW_SUBJECTS[subject_type].fields()) if subject_type in FLOW_SUBJECTS else {}
    # What is not declared any more comes last, under its name.
    names = [*labels, *(name for name in fields if name not in labels)]
    return "；".join(
        f"{labels.get(name, name)}：{fields[name]}" for name in names if name in fields
    )


@dataclass(frozen=True)
class Course:
    """How an approval of a subject went: ``current`` counts ``steps`` from 0, and is past the last one once
    approved. ``ended`` is what came of one that did not agree, in a word; ``earlier`` the approvals before, the
    latest first, each with what was decided alone."""

    approval: Approval
    steps: list[FlowStep]
    current: int
    decisions: list[Decision]
    ended: str = "不同意"
    earlier: list[Course] = field(default_factory=list)

    @property
    def timeline(self) -> list[TimelineEntry]:
        """What was decided, in its order."""
        return [
            TimelineEntry(
                decision.decided_at,
                f"{decision.step}：{self._word(decision)}",
                decision.who,
                "\n".join(filter(None, (decision.note, self._reasons(decision)))),
                tone="green" if decision.agreed else "red",
            )
            for decision in self.decisions
        ]

    def _word(self, decision: Decision) -> str:
        if decision.agreed:
            return "同意"
        is_end = decision == self.decisions[-1] and self.approval.state == ApprovalState.REJECTED
        return self.ended if is_end else "不同意"

    @property
    def name(self) -> str:
        """Which of several it was: from when, and what came of it."""
        day = timezone.localdate(self.approval.started_at)
        return f"{day} 提交的：{self.approval.get_state_display()}"

    @property
    def names(self) -> list[str]:
        return [step.name for step in self.steps]

    def told_applicant(self) -> Course:
        """Return it as its applicant reads it: of what goes on he sees where it stands, and who decided what only
        once it is over. What a step said when it sent back to another step stays between those who decide, and what
        was decided before anew is not said twice."""
        told: list[Decision] = []
        following = [*self.decisions[1:], None]
        for one, after in zip(self.decisions, following, strict=False):
            ended = after is None and self.approval.state == ApprovalState.REJECTED
            if one.agreed or ended:
                told.append(one)
                continue
            # It went to where the next decided, or to where it stands.
            to = after.step if after else self.approval.step
            told = [each for each in told if to is None or each.step.order < to.order]
        if self.approval.state == ApprovalState.RUNNING:
            told = []
        earlier = [course.told_applicant() for course in self.earlier]
        return replace(self, decisions=told, earlier=earlier)

    @property
    def notice(self) -> PublicNotice | None:
        """What is on public notice where it stands."""
        at = self.steps[self.current] if self.current < len(self.steps) else None
        if at is None or at.kind != StepKind.NOTICE or self.approval.step_id != at.pk:
            return None
        return self.approval.notices.filter(round=self.approval.moves).first()

    def _reasons(self, decision: Decision) -> str:
        return reasons_in_words(self.approval.subject_type, decision.fields)


def applies(step: FlowStep, subject: Model, *, now: datetime, is_past: bool = False) -> bool:
    """Tell whether ``subject`` goes through ``step``: it meets its condition; ``is_past``: went, by what it named."""
    return bool(applying(step, [subject], now=now, is_past=is_past))


def applying(
    step: FlowStep, subjects: Sequence[Model], *, now: datetime, is_past: bool = False
) -> list[int]:
    """Return the keys of those of ``subjects``, all of one model, that go through ``step``: where its condition names
    what is gone, all through a decision and none through a notice (docs/decisions/0490)."""
    keys = [one.pk for one in subjects]
    # Most steps ask for nothing: no statement for those.
    if not keys:
        return keys
    try:
        node: Node = parse(subject_code(subjects[0]), step.condition, stored=is_past)
    except CriteriaError:
        # What it names is gone, and whoever handed in cannot mend it: nobody goes past an approver by that, and
        # nothing is made public by it.
        return [] if step.kind == StepKind.NOTICE else keys
    if node == AllOf():
        return keys
    rows = type(subjects[0])._default_manager.filter(to_q(node, Context(now=now)), pk__in=keys)
    return list(rows.order_by().values_list("pk", flat=True).distinct())


def running(subject: str) -> QuerySet[Approval]:
    """Return the approvals of ``subject`` (its code) that run."""
    return Approval.objects.filter(RUNNING, subject_type=subject)


def handed_in(subject: str) -> QuerySet[Approval]:
    """Return all approvals of ``subject`` (its code) that ever began."""
    return Approval.objects.filter(subject_type=subject)


def course_of(
    subject: Model, *, now: datetime, ended: str = "不同意", returned: str = ""
) -> Course | None:
    """Return the course of the latest approval, without the steps that do not concern ``subject``, and of those
    before; None for what was never handed in. ``ended`` is the word for what did not agree in the end,
    ``returned`` that of approvals after which it was handed in again, if that is another."""
    approvals = list(
        Approval.objects.filter(
            subject_type=subject_code(subject), subject_id=subject.pk
        ).select_related("version")
    )
    if not approvals:
        return None
    decided: dict[int, list[Decision]] = {}
    rows = Decision.objects.filter(approval__in=approvals)
    for row in rows.select_related("step", "decided_by", "for_whom"):
        decided.setdefault(row.approval_id, []).append(row)
    approval, *before = approvals
    decisions = decided.get(approval.pk, [])
    earlier = [
        Course(one, [], 0, decided[one.pk], returned or ended)
        for one in before
        if one.pk in decided
    ]
    # Whoever went through a step went through it, even if he no longer meets its condition.
    taken = {approval.step_id, *(decision.step_id for decision in decisions)}
    drawn_up = list(approval.version.steps.select_related("role"))
    to_come = [one.order for one in drawn_up if one.pk == approval.step_id] or [len(drawn_up) + 1]
    steps = [
        step
        for step in drawn_up
        if step.pk in taken or applies(step, subject, now=now, is_past=step.order < to_come[0])
    ]
    place = {step.pk: at for at, step in enumerate(steps)}
    if approval.state == ApprovalState.APPROVED:
        current = len(steps)
    elif approval.step_id:
        current = place[approval.step_id]
    else:
        # Ended without approval: it stands where somebody decided last.
        current = place[decisions[-1].step_id] if decisions else 0
    return Course(approval, steps, current, decisions, ended, earlier)
