"""Uploading a customer's template of a paper."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.core.configuration import words_of
from expertpool.directory.fields import ProjectKindField
from expertpool.directory.models import EVERY_KIND
from expertpool.papers.registry import PAPERS
from expertpool.papers.settings import TEMPLATE_SIZE


class TemplateUploadForm(forms.Form):
    paper = forms.ChoiceField(label="文书", error_messages={"required": "请选择文书。"})
    project_kind = ProjectKindField(
        help_text=f"某一类型没有自己的模板时，使用“{EVERY_KIND}”的模板；都没有时使用系统内置的表。"
    )
    file = forms.FileField(
        label="模板文件",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.docx"}),
        error_messages={"required": "请选择模板文件。"},
    )
    wide = {"file"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = f".xlsx 或 .docx，最大 {words_of(TEMPLATE_SIZE)}，不含宏。"
        paper: Any = self.fields["paper"]
        paper.choices = [(paper.code, paper.label) for paper in PAPERS]
        paper.initial = paper.choices[0][0]
