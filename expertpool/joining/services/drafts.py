"""Saving an application as its applicant types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.joining.enums import Step
from expertpool.joining.exceptions import ChangedElsewhere, JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import (
    MOST_BYTES,
    MOST_ROWS,
    MOST_VALUES,
    ROWS,
    asked_at,
    dumped,
    may_change,
    stored,
)
from expertpool.joining.services.locking import locked, noting_altered

ELSEWHERE = "这份申请刚在另一台设备或另一个窗口修改过，您在这里填的还没有保存。"
TOO_MUCH = "填写的内容太多，没有保存：请缩短后再试，详细材料可以作为附件上传。"


@noting_altered
@transaction.atomic
def save_step(
    *, application: Application, step: str, typed: Mapping[str, Any], version: int, now: datetime
) -> Application:
    """Keep what was typed at ``step``, right or wrong, and return the application with its new version.

    Only what is asked at the step is kept, of a returned application only what has to be corrected. Refuses
    (JoiningRefused) one that is not open to its applicant, another version than ``version``
    (ChangedElsewhere), more than an application holds, and one that somebody altered (Altered).
    """
    row = locked(application)
    if not row.is_editable:
        raise JoiningRefused("申请已经提交，不能再修改；退回补正后可以修改。")
    if row.version != version:
        raise ChangedElsewhere(ELSEWHERE)
    contents = stored(row)
    before = contents.get(step, {})
    contents[step] = _kept(row, step, typed, before)
    text = dumped(contents)
    if len(text.encode()) > MOST_BYTES:
        raise JoiningRefused(TOO_MUCH)
    # No version is spent on it: another window of his stays good.
    if contents[step] == before:
        return row
    row.contents, row.version, row.updated_at = text, version + 1, now
    row.save(update_fields=["contents", "version", "updated_at", "proof"])
    return row


def _kept(
    row: Application, step: str, typed: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    if step == Step.HISTORY:
        return {
            of: _rows(of, typed.get(of, [])) if may_change(row, of) else before.get(of, [])
            for of in ROWS
        }
    kept = {}
    for one in asked_at(step, row.kind):
        name = one.name
        values = typed.get(name, []) if may_change(row, name) else before.get(name, [])
        # One more than may be: too many are refused in words later, and not cut in silence.
        kept[name] = [_text(value) for value in values[: MOST_VALUES + 1]]
    return kept


def _rows(of: str, rows: Any) -> list[dict[str, str]]:
    return [{name: _text(row.get(name, "")) for name in ROWS[of]} for row in rows[:MOST_ROWS]]


def _text(value: Any) -> str:
    # The database does not take it, and nobody types it.
    return str(value).replace("\x00", "")
