"""Setting up what reviews are paid, and trying it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.forms.rates import RateForm, TrialForm
from expertpool.fees.models import FeeRate
from expertpool.fees.permissions import ENTER, RATES
from expertpool.fees.queries.rates import latest_rates, versions_of
from expertpool.fees.rules.pay import NOTHING, Terms, fee_for
from expertpool.fees.rules.presets import PRESETS
from expertpool.fees.rules.tax import gross_of_next, tax_of_next, withholding
from expertpool.fees.services.rates import LOCK, save_rate


@require_safe
@requires(RATES, ENTER)
def index(request: UserRequest) -> HttpResponse:
    """What is paid now."""
    context = {
        "rows": latest_rates(),
        "presets": PRESETS,
        "may_edit": request.user.has_permission(RATES),
    }
    return render(request, "fees/rates.html", context)


@requires(RATES)
def create(request: UserRequest) -> HttpResponse:
    """Save the first version of a rate (drawer), from an example if one was chosen."""
    asked = request.GET.get("preset", "")
    preset = next((one for one in PRESETS if one.code == asked), None)
    row = FeeRate(version=0, effective_on=timezone.localdate(), stages=[])
    if preset is not None:
        row = _of_terms(
            preset.terms, name=preset.name.removesuffix("（示例）"), source=preset.source
        )
    return _drawer(request, row, "新增劳务费标准")


def _of_terms(terms: Terms, **said: Any) -> FeeRate:
    return FeeRate(
        version=0,
        effective_on=timezone.localdate(),
        stages=[one.as_json() for one in terms.stages],
        holiday=terms.holiday,
        leader=terms.leader,
        not_reviewed=terms.not_reviewed,
        recused=terms.recused,
        aborted_cap=terms.aborted_cap,
        travel_cap=terms.travel_cap,
        each=terms.each,
        **said,
    )


@requires(RATES)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Save the next version of a rate (drawer)."""
    versions = versions_of(get_object_or_404(FeeRate, pk=pk))
    # Every edit is a version of its own, whichever of them was opened.
    editing = Editing(request, Edits((FeeRate, versions), lock=LOCK))
    row = versions[0]
    return _drawer(request, row, f"修改劳务费标准 · {row.name}", editing)


def _drawer(
    request: UserRequest, row: FeeRate, title: str, editing: Editing | None = None
) -> HttpResponse:
    form = RateForm(request.POST if request.method == "POST" else None, row=row)

    def write() -> None:
        said = form.cleaned_data
        save_rate(
            name=said["name"],
            terms=form.terms,
            project_kind=said["project_kind"],
            regime=said["regime"],
            department=said["department"],
            pays=said["pays"],
            effective_on=said["effective_on"],
            source=said["source"],
            active=said["active"],
            base=row.version,
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=title,
        message="已保存，以后登记的劳务费按这一版。",
        refresh="page",
        refusals=FeeRefused,
        editing=editing,
        back=reverse("fees:rates"),
    )


@require_safe
@requires(RATES, ENTER)
def versions(request: UserRequest, pk: int) -> HttpResponse:
    """All versions of a rate (drawer)."""
    row = get_object_or_404(FeeRate, pk=pk)
    context = {
        "title": f"历次版本 · {row.name}",
        "rows": versions_of(row),
        "back": reverse("fees:rates"),
    }
    return render(request, "fees/versions.html", context)


@require_safe
@requires(RATES, ENTER)
def trial(request: UserRequest) -> HttpResponse:
    """Work out the fee of a review that nobody held, step by step."""
    rates = latest_rates()
    form = TrialForm(request.GET if "hours" in request.GET else None, rates=rates)
    context: dict[str, Any] = {"form": form, "any": rates.exists()}
    if form.is_valid():
        rate, paid = form.cleaned_data["rate"], form.cleaned_data["paid"] or NOTHING
        fee = fee_for(rate.terms, form.labour)
        tax = tax_of_next(fee.total, paid=paid, withheld=withholding(paid).tax)
        month = withholding(paid + fee.total)
        if net := form.cleaned_data["net"]:
            before = withholding(paid).tax
            context["agreed"] = net
            context["grossed"] = gross_of_next(net, paid=paid, withheld=before)
        context |= {"fee": fee, "tax": tax, "net": fee.total - tax, "month": month, "paid": paid}
    return render(request, "fees/trial.html", context)
