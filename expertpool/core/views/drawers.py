"""Forms in the drawer and on pages: shown, refused with what was typed, written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from csp.constants import SELF
from csp.decorators import csp_update
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from expertpool.core.responses import saved
from expertpool.core.views.asking import Asked
from expertpool.core.views.editing import ChangedMeanwhile, Editing
from expertpool.core.views.parts import parts_of

# Of a page whose drawers may have something to hear: a drawer opens within its page, and by what that may load.
hears = csp_update({"media-src": [SELF]})

Refusals = type[Exception] | tuple[type[Exception], ...]


class Written(NamedTuple):
    """That a form was written, with what the service returned."""

    result: Any


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """Return what a form with files is filled from; nothing while it is only read."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def posted_again(request: HttpRequest, *but: str) -> list[tuple[str, str]]:
    """Return what was posted, ``but`` those names, for a drawer that posts the same once more: with it goes what says
    which rows were seen and when."""
    left_out = {"csrfmiddlewaretoken", *but}
    return [
        (name, str(one))
        for name in request.POST
        if name not in left_out
        for one in request.POST.getlist(name)
    ]


def attempt(
    form: Any,
    write: Callable[[], object],
    *,
    refusals: Refusals = (),
    at: str | None = None,
    editing: Editing | None = None,
) -> Written | None:
    """Call ``write`` once the form is valid; None when it was not written, which the form says.

    What the service refuses (``refusals``, ValidationError) is said at the field that the refusal
    names, at ``at`` or above the form, a ValidationError at its own fields; what others have changed meanwhile, by ``editing``.
    """
    if not form.is_valid():
        return None
    try:
        return Written(editing.write(write) if editing else write())
    except (ChangedMeanwhile, Asked):
        pass  # its editing says it, or itself
    except ValidationError as error:
        show_errors(form, error)
    except refusals as refusal:
        field = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else at, str(refusal))
    return None


def drawer_form(
    request: HttpRequest,
    form: BaseForm,
    write: Callable[[], object],
    *,
    title: str = "",
    message: str = "已保存",
    refresh: str = "list",
    refusals: Refusals = (),
    at: str | None = None,
    editing: Editing | None = None,
    back: str = "",
    template: str = "core/drawer_form.html",
    **context: Any,
) -> HttpResponse:
    """Answer a drawer form: call ``write`` once it is valid.

    What the service refuses (``refusals``, ValidationError) is shown with what was typed, by 422:
    at the field ``at`` or above the form, a ValidationError at its own fields. Otherwise the drawer
    closes and says ``message``, or the sentence that ``write`` returns; an answer that it returns
    (a secret shown once, a page to go to) takes the place of that.

    A form of a record that is there already gives its ``editing``: what others have changed
    meanwhile is told instead of being overwritten. ``back`` is the page to which it leads when it was
    opened by its own address, by default that of the menu entry above it.
    """
    if editing:
        editing.about(parts_of(form))
    if done := attempt(form, write, refusals=refusals, at=at, editing=editing):
        if isinstance(done.result, HttpResponse):
            return done.result
        return saved(done.result if isinstance(done.result, str) else message, refresh=refresh)
    status = 422 if request.method == "POST" else 200
    shown = {"title": title, "form": form, "editing": editing, "back": back}
    return render(request, template, shown | context, status=status)


def show_errors(form: BaseForm, error: ValidationError) -> None:
    """Show what a service refused, at its field where the form has it.

    ``form.error_fields`` says where a field of the model is called otherwise in the form.
    """
    known = getattr(error, "error_dict", None) or {"__all__": error.error_list}
    for field, errors in known.items():
        name = getattr(form, "error_fields", {}).get(field, field)
        form.add_error(name if name in form.fields else None, errors)
