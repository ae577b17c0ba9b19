"""Drawer forms: shown, refused with what was typed, saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render

from expertpool.accounts.models import UserRequest
from expertpool.core.responses import saved
from expertpool.experts.exceptions import ExpertRefused

# Where a field of the model is called otherwise in a form.
ELSEWHERE = {"employer": "employer_name", "unit": "unit_name", "during": "start"}


def drawer_form(
    request: UserRequest,
    form: BaseForm,
    write: Callable[[], object],
    *,
    title: str,
    message: str = "已保存",
    refresh: str = "list",
    template: str = "core/drawer_form.html",
    **context: Any,
) -> HttpResponse:
    """Answer a drawer form: call ``write`` once it is valid; what is refused stands at its field.

    ``write`` may return the sentence to show instead of ``message``.
    """
    if request.method == "POST" and form.is_valid():
        try:
            told = write()
        except ExpertRefused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(told if isinstance(told, str) else message, refresh=refresh)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"title": title, "form": form} | context, status=status)


def show_errors(form: BaseForm, error: ValidationError) -> None:
    """Show what a service refused, at its field where the form has it."""
    known = getattr(error, "error_dict", None) or {"__all__": error.error_list}
    for field, errors in known.items():
        name = field if field in form.fields else ELSEWHERE.get(field, "")
        form.add_error(name if name in form.fields else None, errors)
