"""The state of an application: one door."""

from __future__ import annotations

from copy import copy
from typing import Any

from expertpool.joining.enums import State
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.models import Application

MOVES = {
    (State.DRAFT, State.PENDING),
    (State.RETURNED, State.PENDING),
    (State.DRAFT, State.WITHDRAWN),
    (State.RETURNED, State.WITHDRAWN),
    (State.PENDING, State.WITHDRAWN),
    (State.PENDING, State.RETURNED),
    (State.PENDING, State.APPROVED),
    (State.PENDING, State.REJECTED),
}


def set_state(application: Application, to: State, **also: Any) -> None:
    """Lead ``application`` to ``to`` and write ``also`` with it, in one statement: of two at once the
    second is refused (JoiningRefused), as is what MOVES does not have."""
    before = State(application.state)
    rows = Application.objects.filter(pk=application.pk, state=before, version=application.version)
    values = also | {"state": to, "version": application.version + 1}
    after = copy(application)
    for name, value in values.items():
        setattr(after, name, value)
    proof: Any = Application._meta.get_field("proof")
    values["proof"] = proof.made_of(after)
    if (before, to) not in MOVES or not rows.update(**values):
        now_is = Application.objects.get(pk=application.pk)
        raise JoiningRefused(
            f"申请现为“{now_is.get_state_display()}”，或刚刚在别处改动过，没有处理，请刷新页面。"
        )
    for name, value in values.items():
        setattr(application, name, value)
