from django import forms
from django.apps import AppConfig
from django.core.validators import DecimalValidator, MaxLengthValidator, MinLengthValidator
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH

from expertpool.core.bounds import DAYS, MOMENTS
from expertpool.core.validators import validate_text

# The base of every value, whatever its field asks besides: texts that can be written and read, days
# and moments with which calendars and time zones can count. Here, for this module is loaded before
# any model, and a field takes its checks when it is made, as a constraint takes its words.
for text in (forms.CharField, models.CharField, models.TextField):
    text.default_validators = [validate_text]
forms.DateField.default_validators = [DAYS]
forms.DateTimeField.default_validators = [MOMENTS]
# What a select shows while nothing is chosen: dashes say nothing. Both are defaults of arguments.
BLANK_CHOICE_DASH[:] = [("", "请选择")]
(forms.ModelChoiceField.__init__.__kwdefaults__ or {})["empty_label"] = "请选择"
# What Django says of numbers is of machines: 确认总共不超过 14 个数字.
DecimalValidator.messages = {
    "invalid": "请填写数字。",
    "max_digits": "数字太长，最多 %(max)s 位。",
    "max_decimal_places": "最多保留 %(max)s 位小数。",
    "max_whole_digits": "数字太大，小数点前最多 %(max)s 位。",
}
forms.IntegerField.default_error_messages["invalid"] = "请填写整数。"
forms.DecimalField.default_error_messages["invalid"] = "请填写数字。"
forms.FileField.default_error_messages |= {
    "empty": "文件是空的，请重新选择。",
    "max_length": "文件名有 %(length)d 个字符，最多 %(max)d 个，请改短文件名后重新选择。",
}
# Of texts it speaks as of variables, and of choices it shows the code that was sent.
MaxLengthValidator.message = "太长：最多 %(limit_value)d 个字，现在 %(show_value)d 个。"
MinLengthValidator.message = "太短：至少 %(limit_value)d 个字，现在 %(show_value)d 个。"
for chosen in (
    forms.ChoiceField,
    forms.MultipleChoiceField,
    forms.ModelChoiceField,
    forms.ModelMultipleChoiceField,
    models.Field,
):
    chosen.default_error_messages = chosen.default_error_messages | {
        "invalid_choice": "所选的内容不在现在的选项中，请重新选择。"
    }
models.Field.default_error_messages["unique"] = "这个%(field_label)s已经有了，请换一个。"
# Django's own words name the constraint.
models.BaseConstraint.default_violation_error_message = "填写的内容互相矛盾或超出范围，请核对。"


class CoreConfig(AppConfig):
    name = "expertpool.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from django.core.checks import register as register_check
        from django.core.validators import ProhibitNullCharactersValidator
        from django.db.models.signals import post_migrate

        from expertpool.core.catalogue import check_catalogues
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import CRITERIA_USES
        from expertpool.core.grants import grant_application
        from expertpool.core.health import CHECK_GROUPS, CHECKS
        from expertpool.core.health import database as database_health
        from expertpool.core.health import program as program_health
        from expertpool.core.mandates import MANDATES, Mandate, unfinished
        from expertpool.core.models import AskedJob, BulkRun, ExportRun
        from expertpool.core.permissions import check_required_codes
        from expertpool.core.registry import (
            ACCOUNT_ITEMS,
            MENU_GROUPS,
            NARROW_PAGES,
            MenuGroup,
            MenuItem,
            narrow_pages,
        )
        from expertpool.core.saved_searches import CONDITIONS
        from expertpool.core.search import SEARCHES, SearchProvider, find_pages
        from expertpool.core.settings import SETTINGS
        from expertpool.core.text import HIDDEN

        # Every text field of a form has this check; Django's words for it speak of empty strings.
        ProhibitNullCharactersValidator.message = HIDDEN
        register_check(check_catalogues)
        register_check(check_required_codes)
        post_migrate.connect(grant_application, sender=self)
        SITE_SETTINGS.add(*SETTINGS)
        MANDATES.add(
            Mandate(
                "core.bulk",
                "批量办理",
                lambda now: BulkRun.objects.filter(expires_at__gt=now).select_related("user"),
            ),
            Mandate("core.export", "导出", lambda now: unfinished(ExportRun, now)),
            Mandate("core.asked", "后台办理", lambda now: unfinished(AskedJob, now)),
        )
        CRITERIA_USES.add(CONDITIONS)
        CHECK_GROUPS.add(database_health.DATABASE, program_health.PROGRAM, program_health.SERVER)
        CHECKS.add(*database_health.CHECKS, *program_health.CHECKS)
        MENU_GROUPS.add(MenuGroup("home", "", 0), MenuGroup("system", "系统管理", 90))
        ACCOUNT_ITEMS.add(
            MenuItem("core.exports", "我的导出", "download", "core:export_list", order=50)
        )
        NARROW_PAGES.add(*narrow_pages("core:signed_in", "core:watermark"))
        SEARCHES.add(SearchProvider("pages", "功能", find_pages, order=900))
