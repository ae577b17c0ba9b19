from __future__ import annotations

from django import forms

from expertpool.reports.models import SavedStatistic


class SavedStatisticForm(forms.ModelForm):
    class Meta:
        model = SavedStatistic
        fields = ("name", "shared")
        help_texts = {"shared": "别人打开时，只统计他自己权限范围内的数据。"}
