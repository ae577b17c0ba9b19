"""Setting up what reviews are judged by, and trying it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.parts import parts_of
from expertpool.reviews.calculation import RuleTree, explain, plain, result
from expertpool.reviews.calculation.steps import PASSING
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.forms.rules import EXPERTS, TRIED, RuleForm, TrialForm
from expertpool.reviews.models import ReviewRule
from expertpool.reviews.permissions import MANAGE, RESULTS, RULES
from expertpool.reviews.queries.rules import latest_rules, versions_of
from expertpool.reviews.rules.presets import PRESETS
from expertpool.reviews.rules.wording import settings_words, words_of
from expertpool.reviews.services.rules import LOCK, save_rule

SHOWN = 5  # experts of a trial, unless said otherwise


@require_safe
@requires(RULES, MANAGE)
def index(request: UserRequest) -> HttpResponse:
    """What reviews are judged by now."""
    context = {
        "rows": latest_rules(),
        "presets": PRESETS,
        "may_edit": request.user.has_permission(RULES),
    }
    return render(request, "reviews/rules.html", context)


@require_safe
@requires(RULES, MANAGE, RESULTS)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """One version, with the others of its name."""
    row = get_object_or_404(ReviewRule, pk=pk)
    context = {
        "row": row,
        "subtitle": _subtitle(row),
        "versions": versions_of(row),
        "may_edit": request.user.has_permission(RULES),
        # Whoever reads it for its results tries nothing.
        "may_try": any(map(request.user.has_permission, (RULES, MANAGE))),
        **_shown(row.tree()),
    }
    return render(request, "reviews/rule.html", context)


def _subtitle(row: ReviewRule) -> str:
    words = (
        f"第 {row.version} 版",
        row.kind_label,
        "匿名评审" if row.anonymous else "",
        row.source,
    )
    return " · ".join(filter(None, words))


def _shown(tree: RuleTree) -> dict[str, Any]:
    stages = [
        (
            stage,
            PASSING.get(stage.passing, f"满分 {plain(stage.most)} 分"),
            [(one, words_of(one)) for one in stage.walk()],
        )
        for stage in tree.stages
    ]
    return {"tree": tree, "stages": stages, "settings": settings_words(tree)}


@requires(RULES)
def create(request: UserRequest) -> HttpResponse:
    """Save the first version of a rule, from an example if one was chosen."""
    asked = request.GET.get("preset", "")
    preset = next((one for one in PRESETS if one.code == asked), PRESETS[0])
    row = ReviewRule(version=0, anonymous=preset.anonymous, content=preset.tree.as_json())
    return _page(request, row)


@requires(RULES)
def copy(request: UserRequest, pk: int) -> HttpResponse:
    """Save the first version of a rule that begins as another is."""
    other = get_object_or_404(ReviewRule, pk=pk)
    row = ReviewRule(
        version=0,
        project_kind=other.project_kind,
        anonymous=other.anonymous,
        content=other.content,
        source=other.source,
    )
    return _page(request, row)


@requires(RULES)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Save the next version of a rule."""
    versions = versions_of(get_object_or_404(ReviewRule, pk=pk))
    # Every edit is a version of its own, whichever of them was opened.
    editing = Editing(request, Edits((ReviewRule, versions), lock=LOCK))
    return _page(request, versions[0], editing)


def _page(request: UserRequest, row: ReviewRule, editing: Editing | None = None) -> HttpResponse:
    posted = request.method == "POST"
    form = RuleForm(request.POST if posted else None, row=row)
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "editing": editing,
        "cancel_url": reverse("reviews:rules"),
    }
    if editing:
        editing.about(parts_of(form))
    if posted and "check" not in request.POST and (saved := _save(request, form, row, editing)):
        messages.success(request, "已保存，以后建立的评审按这一版。")
        return redirect("reviews:rule", pk=saved.pk)
    valid = posted and form.is_valid() and not (editing and editing.is_stale)
    if valid:
        context |= _shown(form.tree)
    status = 422 if posted and not valid else 200
    return render(request, "reviews/rule_form.html", context, status=status)


def _save(
    request: UserRequest, form: RuleForm, row: ReviewRule, editing: Editing | None
) -> ReviewRule | None:
    def write() -> ReviewRule:
        said = form.cleaned_data
        return save_rule(
            name=said["name"],
            tree=form.tree,
            project_kind=said["project_kind"],
            anonymous=said["anonymous"],
            source=said["source"],
            active=said["active"],
            base=row.version,
            actor=request.user,
            now=timezone.now(),
        )

    written = attempt(form, write, refusals=ReviewRefused, editing=editing)
    return written.result if written else None


@requires(RULES, MANAGE)
def trial(request: UserRequest, pk: int) -> HttpResponse:
    """Work out an item that nobody reviewed, step by step; nothing is kept."""
    row = get_object_or_404(ReviewRule, pk=pk)
    tree, posted = row.tree(), request.method == "POST"
    asked = request.GET.get("experts", "")
    experts = int(asked) if asked.isdecimal() and 1 <= int(asked) <= EXPERTS else SHOWN
    form = TrialForm(request.POST if posted else None, tree=tree, experts=experts)
    context: dict[str, Any] = {
        "row": row,
        "subtitle": str(row),
        "form": form,
        "experts": experts,
        "choices": [
            {
                "label": f"{one} 位",
                "url": f"?experts={one}",
                "active": one == experts,
                "count": None,
            }
            for one in range(1, EXPERTS + 1)
        ],
    }
    valid = posted and form.is_valid()
    if valid:
        found = result(tree, form.items, form.sheets, roles=form.roles_of)
        names = {place: f"专家{place}" for place in form.experts}
        context["steps"] = explain(
            tree,
            form.items,
            form.sheets,
            found,
            TRIED,
            roles=form.roles_of,
            names=names,
            ranked=False,
        )
    status = 422 if posted and not valid else 200
    return render(request, "reviews/rule_trial.html", context, status=status)
