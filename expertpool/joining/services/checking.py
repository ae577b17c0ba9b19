"""Whether what was typed fits together, by the same rules as every record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.experts.enums import ExpertKind
from expertpool.experts.queries.files import PHOTO
from expertpool.experts.services.profile import faults_of
from expertpool.files.queries import attachments_of
from expertpool.joining.enums import Step
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import Contents, asked_at, read


def check_contents(application: Application, *, now: datetime) -> Contents:
    """Return what ``application`` says with all that is wrong with it, by step; whether a number is
    another's is asked when it is decided, never of whoever applies."""
    found = read(application)
    places = {
        one.code: (step, one.name)
        for step in (Step.BASIC, Step.PROFESSION)
        for one in asked_at(step, application.kind)
    }
    faults: dict[str, Any] = faults_of(values=found.values, now=now)
    for code, error in faults.items():
        step, name = places.get(code, (Step.BASIC, "name"))
        wrong = error if isinstance(error, ValidationError) else ValidationError(error)
        # What is wrong with the value alone was found first, and says more.
        found.errors[step].setdefault(name, "".join(wrong.messages))
    if not attachments_of(application).exclude(kind=PHOTO).exists():
        what = "营业执照等" if application.kind == ExpertKind.ORGANISATION else "职称证书、身份证等"
        found.errors[Step.PROOF] = {"files": f"请至少上传一份证明材料（{what}）。"}
    return found
