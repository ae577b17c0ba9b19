"""What people type: filters of the records, texts of templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import ChannelCode, DeliveryState, TemplateStatus
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import (
    OCCASIONS,
    Occasion,
    Text,
    check_text,
    codes_listed_as,
)
from expertpool.notifications.queries.messages import in_state, sent_to
from expertpool.notifications.queries.subjects import searched_by
from expertpool.notifications.queries.templates import TemplateState

ALL = ("", "全部")
OFFERED = [(code, label) for code, label in ChannelCode.choices if code in CHANNELS]


class RecordFilterForm(FilterForm):
    """Filters of the list of all messages."""

    occasion = forms.ChoiceField(label="通知")
    channel = forms.ChoiceField(label="渠道", choices=[ALL, *OFFERED])
    state = forms.ChoiceField(label="状态", choices=[ALL, *DeliveryState.choices])
    days = DateRangeField(label="生成日期")
    recipient = forms.CharField(label="收件人", max_length=50)

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(data, **kwargs)
        known = [(one.code, one.label) for one in OCCASIONS if not one.listed_as]
        self.fields["occasion"].choices = [ALL, *known]  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Message]) -> QuerySet[Message]:
        if code := self.value("occasion"):
            rows = rows.filter(occasion__in=codes_listed_as(code))
        if channel := self.value("channel"):
            rows = rows.filter(channel=channel)
        if state := self.value("state"):
            rows = rows.filter(in_state(state), searched_by(self.user))
        if days := self.value("days"):
            rows = rows.filter(within_days("created_at", days))
        if name := self.value("recipient"):
            rows = rows.filter(pk__in=sent_to(name, rows, viewer=self.user))
        return rows


class TemplateFilterForm(FilterForm):
    """Filters of the list of templates, which are no rows of a table."""

    word = forms.CharField(label="通知名称或内容", max_length=50)
    channel = forms.ChoiceField(label="渠道", choices=[ALL, *OFFERED])
    kind = forms.ChoiceField(label="适用项目类型")
    state = forms.ChoiceField(label="状态", choices=[ALL, *TemplateStatus.choices])

    def __init__(self, data: Any = None, *, rows: Sequence[TemplateState], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        kinds = sorted({one.kind for one in rows if one.kind})
        self.fields["kind"].choices = [ALL, *((one, one) for one in kinds)]  # type: ignore[attr-defined]

    def narrow(self, rows: Any) -> Any:
        word, channel, kind, state = map(self.value, ("word", "channel", "kind", "state"))
        return [
            one
            for one in rows
            if channel in (None, one.channel)
            and kind in (None, one.kind)
            and state in (None, one.status)
            and (not word or word in f"{one.occasion.label}\n{one.text.subject}\n{one.text.body}")
        ]


class TemplateForm(forms.Form):
    """The text of one occasion over one channel."""

    subject = forms.CharField(label="标题", max_length=200)
    body = forms.CharField(
        label="正文", widget=forms.Textarea(attrs={"rows": 12}), strip=False, max_length=5000
    )
    registered = forms.CharField(
        label="服务商模板编号",
        max_length=64,
        required=False,
        help_text="使用云短信、云语音、微信服务号时必填：这段文字报备后得到的编号，如 SMS_123456。",
    )
    values = forms.CharField(
        label="服务商模板变量",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
        help_text="一行一个：变量名={{变量}}，如 name={{专家姓名}}；腾讯云按顺序，只写 {{专家姓名}}。"
        "微信写字段名，点开消息后打开的网页写 url={{答复链接}}。"
        "本系统的链接只给出网址后面的部分，短信报备的文字里写上网址的开头。",
    )
    active = forms.BooleanField(
        label="启用（停用后，这个渠道不再发送此类通知，记录中注明）", required=False
    )

    def __init__(self, *args: Any, occasion: Occasion, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.occasion, self.channel = occasion, channel
        if not CHANNELS[channel].has_subject:
            del self.fields["subject"]
        if not CHANNELS[channel].registers_texts:
            del self.fields["registered"], self.fields["values"]
        if occasion.must_stay(channel):
            stays = self.fields["active"]
            stays.disabled, stays.label = True, "启用（不能停用）"
            stays.help_text = "这种通知把某人的操作告诉受影响的人和监督的人，谁也不能替他们关掉。"

    @property
    def text(self) -> Text:
        return Text(*(self.cleaned_data.get(name, "") for name in Text._fields))

    def clean(self) -> dict[str, Any]:
        try:
            check_text(self.occasion, self.text, self.channel)
        except TemplateRefused as error:
            raise forms.ValidationError(str(error)) from None
        return self.cleaned_data
