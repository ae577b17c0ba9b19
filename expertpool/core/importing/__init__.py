"""Import of tables: declared once, previewed, confirmed, done in one transaction.

    class UnitImporter(Importer):
        code = "units"
        label = "单位"
        permission = "directory.edit"
        columns = (ImportColumn("name", "单位名称", text(200), aliases=("名称",), required=True),)

        def prepare(self, rows): ...
        def validate(self, row): ...
        def save(self, rows): ...
        def finish(self, totals, *, file_name): ...

    IMPORTS.add(UnitImporter)                          # in apps.ready()
    urlpatterns += import_urls(UnitImporter)           # in the app's urls.py

The pages are ``<app>:import`` (upload) and ``<app>:import_run`` (headers, preview, progress,
result). `check_rows` runs an import without pages.
"""

from expertpool.core.importing.answers import Answers
from expertpool.core.importing.checking import check_rows
from expertpool.core.importing.columns import (
    FIRST,
    JANUARY,
    LAST,
    LONGEST_DAY,
    NO,
    YEAR_ALONE,
    YES,
    CellRefused,
    ImportColumn,
    as_code,
    as_line,
    as_text,
    choice,
    day,
    day_alone,
    flag,
    in_digits,
    is_january_or_october,
    is_rounded,
    money,
    month_of_number,
    normalise_header,
    serial_day,
    text,
    whole_number,
    year_shown_as_day,
)
from expertpool.core.importing.finding import Header, Why
from expertpool.core.importing.headers import is_of_a_thing
from expertpool.core.importing.importer import (
    CHECK,
    CLEANED,
    GUESSED,
    OVER,
    Change,
    Fault,
    Importer,
    Note,
    Question,
    Row,
    Totals,
)
from expertpool.core.importing.moments import moment
from expertpool.core.importing.opening import open_table, scan_table
from expertpool.core.importing.pages import import_urls
from expertpool.core.importing.reading import UnreadableFile, read_rows
from expertpool.core.importing.registry import IMPORTS
from expertpool.core.importing.runs import ImportPreviewed

__all__ = [
    "CHECK",
    "CLEANED",
    "FIRST",
    "GUESSED",
    "IMPORTS",
    "JANUARY",
    "LAST",
    "LONGEST_DAY",
    "NO",
    "OVER",
    "YEAR_ALONE",
    "YES",
    "Answers",
    "CellRefused",
    "Change",
    "Fault",
    "Header",
    "ImportColumn",
    "ImportPreviewed",
    "Importer",
    "Note",
    "Question",
    "Row",
    "Totals",
    "UnreadableFile",
    "Why",
    "as_code",
    "as_line",
    "as_text",
    "check_rows",
    "choice",
    "day",
    "day_alone",
    "flag",
    "import_urls",
    "in_digits",
    "is_january_or_october",
    "is_of_a_thing",
    "is_rounded",
    "moment",
    "money",
    "month_of_number",
    "normalise_header",
    "open_table",
    "read_rows",
    "scan_table",
    "serial_day",
    "text",
    "whole_number",
    "year_shown_as_day",
]
