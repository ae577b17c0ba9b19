"""An account as its owner types it, and what finance says to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.codes import DIGITS
from expertpool.core.text import clean_digits, clean_text
from expertpool.core.views.filters import keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.fees.rules.banks import bank_of, fits, is_card, is_of_bank

DIGITS_OF_ACCOUNTS = range(8, 31)


class AccountForm(forms.Form):
    """The account, and the code once it was sent."""

    number = forms.CharField(
        label="银行账号",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="本人的银行卡号；单位专家填单位账号。",
    )
    bank = forms.CharField(
        label="开户银行",
        max_length=100,
        required=False,
        help_text="最好写到支行。常见银行的卡可以不填，由卡号得出。",
    )
    code = forms.CharField(
        label="验证码",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_number(self) -> str:
        number = clean_digits(self.cleaned_data["number"]).replace("-", "")
        if not (number.isdecimal() and number.isascii() and len(number) in DIGITS_OF_ACCOUNTS):
            raise ValidationError("银行账号应为 8 至 30 位数字。")
        if is_card(number) and not fits(number):
            raise ValidationError("卡号的最后一位与前面的对不上，请逐位核对。")
        return number

    def clean_code(self) -> str:
        code = clean_digits(self.cleaned_data["code"])
        if code and (len(code) != DIGITS or not code.isdecimal()):
            raise ValidationError(f"验证码是 {DIGITS} 位数字。")
        return code

    def clean(self) -> dict[str, Any]:
        number = self.cleaned_data.get("number", "")
        bank = clean_text(self.cleaned_data.get("bank", "")) or bank_of(number)
        if number and not bank:
            self.add_error("bank", "请填写开户银行。")
        elif number and not is_of_bank(number, bank):
            self.add_error("bank", f"这个卡号是{bank_of(number)}的卡，请核对开户银行或卡号。")
        return self.cleaned_data | {"bank": bank}


class CheckForm(forms.Form):
    is_read = False  # for whom there is nothing to say

    agree = forms.ChoiceField(
        label="核对结果",
        choices=[("yes", "无误，可以向这个账户付款"), ("no", "不对，请专家修改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核对结果。"},
    )
    note = forms.CharField(
        label="哪里不对",
        required=False,
        max_length=200,
        help_text="账户不对时填写，会告知专家。",
    )
    wide: ClassVar = {"agree", "note"}


class AccountFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        return rows
