"""Customers' own .xlsx and .docx forms, filled with values where placeholders stand.

``{{项目名称}}`` is replaced by its value. A row of a sheet or table that holds a placeholder of a
line (``{{专家.姓名}}``) is repeated once for each line. There is nothing else: no conditions, no
loops, no expressions, so that a template cannot run anything.
"""

from expertpool.core.documents.filling.filler import check_template, fill_template, sample_of
from expertpool.core.documents.filling.package import MAX_SIZE
from expertpool.core.documents.filling.placeholders import (
    Placeholder,
    TemplateRefused,
    Value,
    Vocabulary,
    mark,
)

__all__ = [
    "MAX_SIZE",
    "Placeholder",
    "TemplateRefused",
    "Value",
    "Vocabulary",
    "check_template",
    "fill_template",
    "mark",
    "sample_of",
]
