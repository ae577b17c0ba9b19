"""Export of tables to Excel: declared once, limited by what the user may see, recorded.

    class ExpertExport(Exporter):
        code = "experts.experts"
        title = "专家信息"
        permission = "experts.export"
        columns = (
            ExportColumn("name", "姓名", lambda expert: expert.name),
            ExportColumn("phone", "手机号", lambda expert: expert.phone, guard="experts.phone"),
        )

        def rows(self, user, params): ...

    EXPORTS.add(ExpertExport())            # in apps.ready()

The button of the page posts to ``{% url "core:export" "experts.experts" %}``; filters, order and columns come
along in the address as ``params``.
"""

from expertpool.core.exporting.exporter import (
    ExportChart,
    ExportColumn,
    Exporter,
    Params,
    Reading,
    Rows,
    visible_columns,
)
from expertpool.core.exporting.refusals import ExportRefused, for_a_file
from expertpool.core.exporting.registry import (
    EXPORTS,
    ExportFinished,
    export_url,
)
from expertpool.core.exporting.workbook import Stamp, write_xlsx

__all__ = [
    "EXPORTS",
    "ExportChart",
    "ExportColumn",
    "ExportFinished",
    "ExportRefused",
    "Exporter",
    "Params",
    "Reading",
    "Rows",
    "Stamp",
    "export_url",
    "for_a_file",
    "visible_columns",
    "write_xlsx",
]
