"""WeChat: a channel, and who has bound his."""

import datetime
import django.db.models.deletion
import expertpool.core.fields
from expertpool.core.finality import stays
import uuid
from django.conf import settings
from django.db import migrations, models

BOUND = """
CREATE TRIGGER notifications_wechat_bound BEFORE UPDATE OF mark ON notifications_wechatbinding
    FOR EACH ROW WHEN (OLD.mark IS DISTINCT FROM NEW.mark)
    EXECUTE FUNCTION core_keep_binding();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0017_ends_stay"),
        ("notifications", "0020_returned_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="channelhealth",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "邮件"),
                    ("sms", "短信"),
                    ("site", "站内信"),
                    ("voice", "语音"),
                    ("wechat", "微信"),
                ],
                max_length=8,
                unique=True,
                verbose_name="渠道",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "邮件"),
                    ("sms", "短信"),
                    ("site", "站内信"),
                    ("voice", "语音"),
                    ("wechat", "微信"),
                ],
                max_length=8,
                verbose_name="渠道",
            ),
        ),
        migrations.AlterField(
            model_name="messagetemplate",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "邮件"),
                    ("sms", "短信"),
                    ("site", "站内信"),
                    ("voice", "语音"),
                    ("wechat", "微信"),
                ],
                max_length=8,
                verbose_name="渠道",
            ),
        ),
        migrations.CreateModel(
            name="WechatBinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mark",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="标记"
                    ),
                ),
                ("app", models.CharField(max_length=32, verbose_name="服务号")),
                (
                    "openid",
                    expertpool.core.fields.EncryptedTextField(
                        blank=True, default="", verbose_name="OpenID"
                    ),
                ),
                (
                    "openid_index",
                    expertpool.core.fields.BlindIndexField(
                        blank=True, null=False, verbose_name="OpenID 索引"
                    ),
                ),
                ("bound_at", models.DateTimeField(verbose_name="绑定时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="解绑时间")),
                (
                    "proof",
                    expertpool.core.fields.BlindIndexField(
                        blank=True, null=False, verbose_name="凭证"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "微信绑定",
                "verbose_name_plural": "微信绑定",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user",),
                        name="notifications_wechat_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("openid_index",),
                        name="notifications_wechat_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "bound_at__range",
                                (
                                    datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                    datetime.datetime(2099, 12, 31, 15, 59, tzinfo=datetime.UTC),
                                ),
                            ),
                            (
                                "ended_at__range",
                                (
                                    datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                    datetime.datetime(2099, 12, 31, 15, 59, tzinfo=datetime.UTC),
                                ),
                            ),
                        ),
                        name="notifications_wechat_bounds",
                    ),
                ],
            },
        ),
        stays("notifications_wechatbinding", "ended_at"),
        migrations.RunSQL(
            BOUND, "DROP TRIGGER notifications_wechat_bound ON notifications_wechatbinding;"
        ),
    ]
