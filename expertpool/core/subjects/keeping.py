"""Which fields of a subject the office keeps out of exports (docs/decisions/0226)."""

from __future__ import annotations

from expertpool.core.configuration import Setting, Several, value_of
from expertpool.core.settings import TABLES
from expertpool.core.subjects.subject import SUBJECTS
from expertpool.core.visibility import KeptFields

RETIRED = "{}（已停用）"


def field_choices(subject: str) -> tuple[tuple[str, str], ...]:
    """Return every field of ``subject`` that an export may hold, by what names it ("experts.phone"); retired ones,
    too: one that comes back is kept as before."""
    declared = SUBJECTS[subject]
    return tuple(
        (declared.name_of(one), RETIRED.format(one.label) if one.is_retired else one.label)
        for one in declared.all_fields()
        if one.exported and (one.guard is None or one.guard.exportable)
    )


def kept_setting(subject: str, label: str, *, order: int) -> Setting[tuple[str, ...]]:
    """Return the setting by which the office says so of ``subject``."""
    return Setting(
        f"{subject.partition('.')[0]}.not_exported",
        label,
        Several(lambda: field_choices(subject), nothing="都可以导出"),
        (),
        group=TABLES,
        order=order,
        help="选中的不在任何导出表格和打包文件中，也不通过接口给出；页面照常显示。抽取表、签到表、证书和抽取记录不受影响（打印、通过接口取得的都一样）。立即生效，已经生成的导出文件不变。",
    )


def kept_by(setting: Setting[tuple[str, ...]]) -> KeptFields:
    """Return what exports ask about ``setting``."""
    return KeptFields(setting.code, lambda: value_of(setting))
