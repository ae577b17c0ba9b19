"""Subjects: each field of a kind of record is declared once, and appears wherever it says.

    EXPERT = Subject("experts.expert", label="专家", sections={…}, fields=(
        FieldDeclaration(
            code="postcode",
            label="邮编",
            kind=Text(longest=10, rule=postcode),
            form=InForm(section="contact"),
            imported=InImport(aliases=("邮政编码",), sample="410000"),
            exported=InExport(width=8),
            history=InHistory(),
        ),
        …
    ))

From it follow the form, the panorama, the columns of import and export, filters and conditions of
lists, conditions of draws, versions, what the log keeps and the interface gives, the guarded fields, and the check of what a service is given.
See docs/decisions/0035.
"""

from expertpool.core.subjects.conditions import ShownWhen, can_decide, choices_of, let_wait
from expertpool.core.subjects.fields import (
    FieldDeclaration,
    InApplication,
    InCriteria,
    InExport,
    InFilter,
    InForm,
    InHistory,
    InImport,
    InInterface,
    Owner,
)
from expertpool.core.subjects.keeping import kept_by, kept_setting
from expertpool.core.subjects.kinds import (
    Amount,
    Choice,
    Day,
    Entry,
    File,
    Flag,
    Kind,
    Moment,
    Number,
    Rows,
    StoredFile,
    Text,
    Words,
)
from expertpool.core.subjects.questions import extra_q, extra_question
from expertpool.core.subjects.subject import (
    FIELD_SOURCES,
    SUBJECTS,
    FieldSource,
    ShownField,
    Snapshot,
    Subject,
    joined_fields,
    logged_names,
    searched_fields,
)

__all__ = [
    "FIELD_SOURCES",
    "SUBJECTS",
    "Amount",
    "Choice",
    "Day",
    "Entry",
    "FieldDeclaration",
    "FieldSource",
    "File",
    "Flag",
    "InApplication",
    "InCriteria",
    "InExport",
    "InFilter",
    "InForm",
    "InHistory",
    "InImport",
    "InInterface",
    "Kind",
    "Moment",
    "Number",
    "Owner",
    "Rows",
    "ShownField",
    "ShownWhen",
    "Snapshot",
    "StoredFile",
    "Subject",
    "Text",
    "Words",
    "can_decide",
    "choices_of",
    "extra_q",
    "extra_question",
    "joined_fields",
    "kept_by",
    "kept_setting",
    "let_wait",
    "logged_names",
    "searched_fields",
]
