"""Who managed roles could act for every account: he goes on so, under the right made for it.

Tokens that are in use count as confirmed; sessions get a round that disabling ends.
"""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F


def give_security(apps, schema_editor):
    RolePermission = apps.get_model("accounts", "RolePermission")
    for row in RolePermission.objects.filter(code="accounts.roles"):
        RolePermission.objects.get_or_create(role=row.role, code="accounts.security")


def confirm_tokens(apps, schema_editor):
    apps.get_model("accounts", "ApiToken").objects.update(confirmed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_bounds"),
    ]
    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="本人确认时间"),
        ),
        migrations.AddField(
            model_name="user",
            name="phone_verified_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="手机号验证时间"),
        ),
        migrations.AddField(
            model_name="user",
            name="session_round",
            field=models.PositiveIntegerField(default=0, verbose_name="登录轮次"),
        ),
        migrations.AlterField(
            model_name="user",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="创建时间"),
        ),
        migrations.RunPython(give_security, migrations.RunPython.noop),
        migrations.RunPython(confirm_tokens, migrations.RunPython.noop),
    ]
