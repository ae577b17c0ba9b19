"""Fields that administrators added, made by the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField, FieldFile
from expertpool.customforms.services.fields import FieldData, add_field
from expertpool.customforms.services.files import keep_file
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.services.profile import update_expert
from expertpool.files.services import receive
from tests.factories.accounts import make_user
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


def make_version_with_file(expert: Expert, name: str = "第一版") -> tuple[ExpertVersion, str]:
    """Give ``expert`` a file in a field; return the version that has it, and the field's code."""
    now, admin = timezone.now(), make_user("admin")
    field = CustomField.objects.filter(label="证件扫描件").first()
    field = field or make_field("证件扫描件", FieldKind.FILE)
    given = SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4 " + name.encode(), "application/pdf")
    received = receive(given, subject_type=FieldFile, actor=admin, now=now)
    kept = keep_file(EXPERT.code, field.code, received, actor=admin, now=now)
    expert = Expert.objects.get(pk=expert.pk)
    update_expert(expert=expert, values={field.code: kept}, actor=admin, now=now)
    return expert.versions.latest("number"), field.code
