from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.parts import parts_of
from expertpool.projects.enums import Regime
from expertpool.projects.forms.application import RuleSettingsForm
from expertpool.projects.rules import OPTIONS, RULES
from expertpool.projects.settings import REGIME_RULES
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import SettingEdits, save_settings


@requires("projects.rules")
def rules(request: UserRequest) -> HttpResponse:
    editing = Editing(request, SettingEdits(REGIME_RULES))
    form = RuleSettingsForm(request.POST if request.method == "POST" else None)
    editing.about(parts_of(form))

    def write() -> list[SettingChange]:
        return save_settings(
            group=REGIME_RULES,
            values=form.values,
            version=version_of(REGIME_RULES),  # `editing` has compared what was read
            actor=request.user,
            now=timezone.now(),
        )

    if written := attempt(form, write, editing=editing):
        if written.result:
            messages.success(request, f"规则设置已保存，{REGIME_RULES.saved}。")
        else:
            messages.info(request, "没有改动。")
        return redirect("projects:rules")
    stopping, on = form["rules"].value(), form["options"].value()
    context = {
        "form": form,
        "editing": editing,
        "regimes": [
            (Regime(regime).label, [(rule, rule.code in stopping) for rule in rows])
            for regime, rows in groupby(RULES, key=lambda rule: rule.regime)
        ],
        "may_set": request.user.has_permission("siteconfig.manage"),
        "options": [(item, item.code in on) for item in OPTIONS],
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/rule_settings.html", context, status=status)
