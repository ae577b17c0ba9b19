"""Entering and editing a record; in the panorama section by section."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import User, UserRequest
from expertpool.audit.services import Edits
from expertpool.core.aftermath import writing_afterwards
from expertpool.core.permissions import requires
from expertpool.core.views.asking import Asked
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.core.views.editing import Editing
from expertpool.core.views.reasons import revealed
from expertpool.experts.enums import ExpertKind, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.forms.kinds import REASON, KindForm
from expertpool.experts.forms.profile import OTHERS, ExpertForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.oddities import oddities_of
from expertpool.experts.registry import ASKING
from expertpool.experts.services.admission import enter_expert
from expertpool.experts.services.alike import LooksAlike
from expertpool.experts.services.another import AnotherPerson
from expertpool.experts.services.kinds import change_kind
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.reveal import reveal_value

WAITS = "现为待审核，由其他有权限的人员审核通过后才能被抽取。"


@requires("experts.add")
def create(request: UserRequest) -> HttpResponse:
    """Enter a person, or with ``?kind=organisation`` an organisation."""
    kind = request.GET.get("kind") or ExpertKind.INDIVIDUAL
    if kind not in ExpertKind.values:
        raise Http404
    form = ExpertForm(*posted(request), user=request.user, kind=kind)

    def write() -> str:
        # A unit that was made for a refused record goes with it.
        with _asking(form):
            values = form.values()
            expert = enter_expert(
                values=values,
                specialties=form.cleaned_data["specialties"],
                knowing=form.knowing,
                # Asked before there is a number: what is refused takes none.
                before_number=lambda: _ask_odd(form),
                actor=request.user,
                now=timezone.now(),
            )
        waits = "" if expert.status == ExpertStatus.FORMAL else WAITS
        return f"已新增{expert}。{waits}{''.join(oddities_of(expert, values))}".rstrip("。")

    return drawer_form(
        request, form, write, refusals=ExpertRefused, title=f"新增{ExpertKind(kind).label}"
    )


@requires("experts.edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Edit a record, or with ``?section=contact`` one section of it."""
    section = request.GET.get("section", "")
    # A record stays of its kind; all else is read after its edits.
    kind = get_object_or_404(_editable(request), pk=pk).kind
    editing = Editing(request, _edits(pk, kind, section, request.user))
    expert = get_object_or_404(_editable(request), pk=pk)
    sections = EXPERT.titles(expert.kind)
    if section and section not in sections:
        raise Http404
    form = ExpertForm(
        *posted(request),
        user=request.user,
        kind=expert.kind,
        expert=expert,
        section=section,
    )

    def write() -> str:
        values = form.values()
        given: dict[str, Any] = {
            "expert": expert,
            "values": values,
            "specialties": form.cleaned_data.get("specialties"),
            "actor": request.user,
            "now": timezone.now(),
        }
        try:
            with _asking(form):
                saved = update_expert(**given, knowing=form.knowing)
        except AnotherPerson as found:
            return _ask_others(form, found, given)
        return f"已保存。{''.join(oddities_of(saved, values))}".rstrip("。")

    what = sections[section] if section else "专家"
    refresh = "page" if section else "list"
    title = f"编辑{what} · {expert.name}"
    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=title,
        refresh=refresh,
        editing=editing,
        back=reverse("experts:detail", args=[pk]),
    )


@requires("experts.edit")
def change_to(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """Make a unit of what was filed as a person, or the other way round."""
    if kind not in ExpertKind.values:
        raise Http404
    editing = Editing(request, _edits(pk, kind, "", request.user))
    expert = get_object_or_404(_editable(request), pk=pk)
    form = KindForm(*posted(request), user=request.user, kind=kind, expert=expert)

    def write() -> str:
        with _asking(form):
            change_kind(
                expert=expert,
                kind=kind,
                values=form.values(),
                specialties=form.cleaned_data.get("specialties"),
                reason=form.cleaned_data[REASON],
                knowing=form.knowing,
                actor=request.user,
                now=timezone.now(),
            )
        return f"已改为{ExpertKind(kind).label}"

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"改为{ExpertKind(kind).label} · {expert.name}",
        refresh="page",
        editing=editing,
        back=reverse("experts:detail", args=[pk]),
    )


@contextmanager
def _asking(form: ExpertForm) -> Iterator[None]:
    """Let ``form`` ask what the service within asks, whether it is somebody who is there already, and with it what
    it asks itself: nothing is written until both are answered."""
    try:
        with writing_afterwards(), transaction.atomic():
            yield
            _ask_odd(form)
    except LooksAlike as alike:
        form.ask(alike.token)
        form.ask_odd()
        raise


def _ask_odd(form: ExpertForm) -> None:
    if form.ask_odd():
        raise Asked


def _ask_others(form: ExpertForm, found: AnotherPerson, given: dict[str, Any]) -> str:
    """Hand in what was typed, with the reason for it; ask for one first."""
    reason = form.cleaned_data.get(OTHERS, "").strip()
    if not reason:
        form.ask_others()
        form.ask_odd()
        raise found
    _ask_odd(form)
    for one in ASKING:
        one.ask(**given, reason=reason, found=found)
    return "没有直接修改：已提交变更申请，由其他有权限的人员核准后生效"


def _edits(pk: int, kind: str, section: str, viewer: User) -> Edits:
    """Return the edits of a record, or of what stands in one ``section``: two may be at work on two."""
    only: dict[str, Any] = {"action": "expert.update"}
    if section:
        typed = EXPERT.inputs(kind, section, viewer=viewer).get(section, [])
        # The log has those that joined the record under their labels.
        only["before__has_any_keys"] = [name for one in typed for name in (one.code, one.label)]
    return Edits((Expert, [pk]), **only)


def _editable(request: UserRequest) -> QuerySet[Expert]:
    found = experts_visible_to(request.user, "experts.edit").exclude(status=ExpertStatus.DELETED)
    return found.select_related("employer")


@require_POST
@requires("experts.reveal")
def reveal(request: UserRequest, pk: int, field: str) -> HttpResponse:
    """The clear text of a masked value, for a reason that is recorded."""
    # By the right to reveal, which may reach less far than that to view.
    expert: Expert = get_object_or_404(experts_visible_to(request.user, "experts.reveal"), pk=pk)

    def show(reason: str) -> str:
        return reveal_value(
            expert=expert, field=field, reason=reason, actor=request.user, now=timezone.now()
        )

    return revealed(request, f"experts.{field}", show, refusals=ExpertRefused)
