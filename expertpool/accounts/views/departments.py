"""The tree of departments."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.forms.accounts import DepartmentForm
from expertpool.accounts.models import Department, UserRequest
from expertpool.accounts.queries import department_tree
from expertpool.accounts.services.departments import (
    LOCK,
    create_department,
    disable_department,
    edit_department,
    enable_department,
)
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import render_list


@requires("accounts.departments")
def department_list(request: UserRequest) -> HttpResponse:
    rows = department_tree()
    create_url = reverse("accounts:department_create")
    for row in rows:
        row.indent = "　　" * row.depth  # type: ignore[attr-defined]
        row.child_url = f"{create_url}?parent={row.pk}"  # type: ignore[attr-defined]
    return render_list(request, "accounts/department_list.html", {"rows": rows})


@requires("accounts.departments")
def department_create(request: UserRequest) -> HttpResponse:
    form = DepartmentForm(request.POST or None, initial={"parent": request.GET.get("parent")})

    def write() -> None:
        create_department(**form.cleaned_data, actor=request.user, now=timezone.now())

    return drawer_form(
        request, form, write, title="新增部门", message="已新增。", refusals=AccountError
    )


@requires("accounts.departments")
def department_edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((Department, [pk]), lock=LOCK))
    department = get_object_or_404(Department, pk=pk)
    initial = {name: getattr(department, name) for name in ("name", "parent", "order")}
    form = DepartmentForm(request.POST or None, initial=initial)

    def write() -> None:
        edit_department(
            department=department,
            **form.cleaned_data,
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title="编辑部门",
        message="已保存。",
        refusals=AccountError,
        editing=editing,
    )


@require_POST
@requires("accounts.departments")
def department_disable(request: UserRequest, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    try:
        disable_department(department=department, actor=request.user, now=timezone.now())
    except AccountError as error:
        return refused(str(error))
    return saved("部门已停用。")


@require_POST
@requires("accounts.departments")
def department_enable(request: UserRequest, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    try:
        enable_department(department=department, actor=request.user, now=timezone.now())
    except AccountError as error:
        return refused(str(error))
    return saved("部门已启用。")
