"""What this app writes to the log."""

from expertpool.accounts.queries import role_name
from expertpool.audit.actions import Action, CodesOf
from expertpool.core.subjects import SUBJECTS

ACTIONS = (
    Action("customfield.add", "新增自定义字段"),
    Action("customfield.change", "修改自定义字段"),
    Action("customfield.retire", "停用自定义字段"),
    Action("customfield.restore", "重新启用自定义字段"),
    Action("customfield.arrange", "调整自定义字段的次序"),
)


def _subject_label(code: str) -> str | None:
    subject = SUBJECTS.get(code)
    return subject.label if subject else None


CODES = (
    CodesOf("customforms.customfield.subject", _subject_label),
    CodesOf("customforms.customfield.readers", role_name),
)
