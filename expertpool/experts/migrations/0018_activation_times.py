from django.db import migrations, models


class Migration(migrations.Migration):
    """When an expert was last sent the link to his account, and when he activated it."""

    dependencies = [("experts", "0017_email_once")]

    operations = [
        migrations.AddField(
            model_name="expert",
            name="link_sent_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="激活链接发送时间"),
        ),
        migrations.AddField(
            model_name="expert",
            name="activated_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="账号激活时间"),
        ),
    ]
