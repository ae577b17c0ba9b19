"""Roles and what they allow."""

from __future__ import annotations

from collections import defaultdict

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError, RightsNeedNames
from expertpool.accounts.forms.roles import NEEDS_NAMES, RoleForm
from expertpool.accounts.models import Role, UserRequest
from expertpool.accounts.queries import roles_with_holders
from expertpool.accounts.services.roles import delete_role, save_role
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires, without_view
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import render_list
from expertpool.core.views.parts import parts_of


@requires("accounts.roles")
def role_list(request: UserRequest) -> HttpResponse:
    return render_list(request, "accounts/role_list.html", {"rows": roles_with_holders()})


@requires("accounts.roles")
def role_create(request: UserRequest) -> HttpResponse:
    return _form(request, None)


@requires("accounts.roles")
def role_edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((Role, [pk])))
    return _form(request, get_object_or_404(Role, pk=pk), editing)


@require_POST
@requires("accounts.roles")
def role_delete(request: UserRequest, pk: int) -> HttpResponse:
    try:
        delete_role(role=get_object_or_404(Role, pk=pk), actor=request.user, now=timezone.now())
    except AccountError as error:
        return refused(str(error))
    return saved("角色已删除。")


def _form(request: UserRequest, role: Role | None, editing: Editing | None = None) -> HttpResponse:
    form = RoleForm(request.POST or None, role=role)
    if editing:
        editing.about(parts_of(form))

    def write() -> object:
        try:
            return save_role(
                role=role,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                grants=form.chosen_grants(),
                levels=form.chosen_levels(),
                actor=request.user,
                now=timezone.now(),
            )
        except RightsNeedNames as refusal:
            # Said at each: nobody looks for twenty ticks among a hundred.
            marks = {form.grant_name(code): [NEEDS_NAMES] for code in refusal.codes}
            raise ValidationError({NON_FIELD_ERRORS: [str(refusal)], **marks}) from refusal

    if attempt(form, write, refusals=AccountError, editing=editing):
        messages.success(request, "已保存，持有这个角色的用户下一次操作时生效。")
        if told := _without_view(form):
            messages.warning(request, told)
        return redirect("accounts:role_list")
    context = {
        "form": form,
        "role": role,
        "editing": editing,
        "cancel_url": reverse("accounts:role_list"),
        "permission_groups": form.groups(),
        "levels": form.levels(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/role_form.html", context, status=status)


def _without_view(form: RoleForm) -> str:
    """Say which of the rights that were chosen open nothing, for lack of the right to see what they are about."""
    by_view: dict[str, list[str]] = defaultdict(list)
    for one, view in without_view(grant.code for grant in form.chosen_grants()):
        by_view[view.label].append(f"「{one.label}」")
    parts = [f"{'、'.join(labels)}要另有「{view}」" for view, labels in by_view.items()]
    return (
        f"没有查看的权限，打不开名单和页面，办不了：{'；'.join(parts)}。需要的请编辑角色补上。"
        if parts
        else ""
    )
