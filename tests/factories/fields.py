"""Fields that administrators added, made by the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, add_field
from tests.factories.experts import NOW

LICENCES = ("一级注册", "二级注册", "无")


def make_field(
    label: str = "执业资格",
    kind: str = FieldKind.CHOICE,
    *,
    options: Sequence[str] | None = None,
    subject: str = "experts.expert",
    **more: Any,
) -> CustomField:
    if options is None:
        options = LICENCES if kind in (FieldKind.CHOICE, FieldKind.WORDS) else ()
    data = FieldData(label=label, options=options, **more)
    return add_field(subject=subject, kind=kind, data=data, actor=None, now=NOW)
