"""Every field of an expert's record, declared once; see `core.subjects`.

The order is that of most places: export, history, sections of the form.
"""

from __future__ import annotations

from expertpool.core.subjects import Subject
from expertpool.experts.fields.competence import COMPETENCE
from expertpool.experts.fields.contact import CONTACT
from expertpool.experts.fields.membership import MEMBERSHIP
from expertpool.experts.fields.person import BORN, PERSON
from expertpool.experts.fields.shared import INDIVIDUAL, ORGANISATION
from expertpool.experts.fields.work import WORK
from expertpool.experts.queries.criteria import SUBJECT

COMMON = {
    "specialties": "评审专业",
    "contact": "地区与通讯",
    "bank": "银行账户",
    "term": "聘期与管理",
    "extra": "其他信息",
}
SECTIONS = {
    INDIVIDUAL: {"basic": "基本信息", "work": "工作与职称"} | COMMON,
    ORGANISATION: {"basic": "单位信息", "work": "联系人"} | COMMON,
}
FIELDS = (*PERSON, *WORK, *COMPETENCE, *CONTACT, *MEMBERSHIP)

__all__ = ["BORN", "EXPERT"]

EXPERT = Subject(SUBJECT, label="专家", sections=SECTIONS, fields=FIELDS, is_somebodys=True)
