"""Which files of custom fields this app's records have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.subjects import SUBJECTS, File
from expertpool.core.visibility import Level, level_for
from expertpool.customforms.queries.declared import guard_code
from expertpool.customforms.queries.files import files_named
from expertpool.customforms.registry import FileHolder
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of


def may_view_expert_file(user: Any, subject: str, code: str, pk: int) -> bool:
    """Tell whether a record that ``user`` may see has the file as its field ``code``: his own, or one within
    his right. Who reads the field is the field's to say (docs/decisions/0476)."""
    if subject != SUBJECT:
        return False
    held = Expert.objects.filter(extra__contains={code: {"id": pk}})
    if user.has_permission("experts.self"):
        own = expert_for(user)
        if own is not None and held.filter(pk=own.pk).exists():
            return True
    if not user.has_permission("experts.view"):
        return False
    return experts_visible_to(user).filter(pk__in=held.order_by().values("pk")).exists()


FILES = FileHolder("experts", may_view_expert_file)


def file_addresses(version: ExpertVersion, user: User) -> dict[str, str]:
    """Return where the files are read that ``version`` has in fields which ``user`` sees, code → address."""
    keys = _file_keys(json.loads(version.snapshot), user)
    where = (version.expert_id, version.number)
    return {code: reverse("experts:version_file", args=[*where, code]) for code in keys}


def file_in(version: ExpertVersion, code: str, user: User) -> Attachment | None:
    """Return the file that the field ``code`` had in ``version``, also if it was replaced since; None where it had
    none, or ``user`` does not see the field."""
    key = _file_keys(json.loads(version.snapshot), user).get(code)
    held = files_named(SUBJECT, {(code, key)}) if key else []
    return attachments_of(held[0]).first() if held else None


def _file_keys(words: Mapping[str, str], user: User) -> dict[str, int]:
    return {
        one.code: key
        for one in SUBJECTS[SUBJECT].all_fields()
        if isinstance(one.kind, File)
        and (key := File.key_in(words.get(one.code, "")))
        and level_for(user, guard_code(SUBJECT, one.code)) is Level.PLAIN
    }
