"""What is added to the evidence of a draw."""

from __future__ import annotations

from django import forms

from expertpool.core.views.uploads import FilesField


class SuppliedForm(forms.Form):
    materials = FilesField(
        label="文件",
        help_text="签字的抽取表、签到表，现场录像、照片等；按文件内容检查。",
        error_messages={"required": "请选择文件。"},
    )
