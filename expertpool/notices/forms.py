"""Writing a notice, adding addressees, and the filters of the lists."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField, keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.notices.models import LONGEST_TEXT, ExpertNotice
from expertpool.notices.queries.notices import own_drafts
from expertpool.notices.queries.reach import offered_channels


class NoticeForm(forms.ModelForm):
    channels = forms.MultipleChoiceField(
        label="发送渠道",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种渠道。"},
        help_text="站内信在专家登录后看到；短信只写标题和链接，邮件带正文和附件。",
    )

    class Meta:
        model = ExpertNotice
        fields = ("title", "text", "channels", "needs_receipt")
        widgets: ClassVar = {"text": forms.Textarea({"rows": 8, "data-count": LONGEST_TEXT})}
        help_texts: ClassVar = {
            "needs_receipt": "专家打开后要点「确认收到」，可以提醒没有确认的人。"
        }

    wide: ClassVar = {"title", "text", "channels", "needs_receipt"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        control: Any = self.fields["channels"]
        control.choices = offered_channels()
        self.fields["text"].required = True  # only one begun with its experts has none yet
        if self.instance.pk is None:
            self.initial["channels"] = [code for code, _ in offered_channels()]


class ChooseForm(forms.Form):
    """To which notice the experts that were picked are added: a draft of one's own, or a new one."""

    notice = forms.ChoiceField(label="加入", required=False)
    title = forms.CharField(
        label="新通知的标题",
        max_length=100,
        required=False,
        help_text="正文、渠道和附件在下一步填写。",
    )
    wide: ClassVar = {"notice", "title"}

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.drafts = {str(row.pk): row for row in own_drafts(user)}
        drafts = [(pk, f"草稿《{row.title}》") for pk, row in self.drafts.items()]
        control: Any = self.fields["notice"]
        control.choices = [("", "新的通知"), *drafts]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("notice") and not data.get("title"):
            self.add_error("title", "请填写新通知的标题，或选择一个草稿。")
        return data

    @property
    def draft(self) -> ExpertNotice | None:
        return self.drafts.get(self.cleaned_data["notice"])


class NoticeFilter(FilterForm):
    q = keyword_field("标题中的文字")
    sent = DateRangeField(label="发送日期")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(title__icontains=text)
        if days := self.value("sent"):
            rows = rows.filter(within_days("sent_at", days))
        return rows


class AddresseeFilter(FilterForm):
    q = keyword_field("姓名、编号、单位或专业")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        return rows
