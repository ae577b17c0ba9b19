"""Customers' own .xlsx and .docx forms, filled with values where placeholders stand.

``{{项目名称}}`` is replaced by its value. A row of a sheet or table that holds a placeholder of a
line (``{{专家.姓名}}``) is repeated once for each line. There is nothing else: no conditions, no
loops, no expressions, so that a template cannot run anything.
"""

from expertpool.core.filling.door import check_template, fill_template, sample_of
from expertpool.core.filling.findings import TemplateRefused
from expertpool.core.filling.package import MOST_MEGABYTES
from expertpool.core.sizes import MEGABYTE

__all__ = [
    "MEGABYTE",
    "MOST_MEGABYTES",
    "TemplateRefused",
    "check_template",
    "fill_template",
    "sample_of",
]
