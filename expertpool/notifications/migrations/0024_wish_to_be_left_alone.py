from django.db import migrations, models
from django.db.models import Q

CHOICES = [
    ("yes", "同意"),
    ("no", "不能参加"),
    ("unclear", "未识别"),
    ("stop", "要求退订"),
    ("doubted", "存疑"),
]
# Before there was a word for it, it was not understood. The rows stay as they were proved, so they are taken away.
BACK = "DELETE FROM notifications_reply WHERE decision = 'stop'"


class Migration(migrations.Migration):
    """Whoever writes TD is told that nothing was understood of his answer otherwise (docs/decisions/0529)."""

    dependencies = [("notifications", "0023_kinds")]

    operations = [
        migrations.AlterField(
            model_name="reply",
            name="decision",
            field=models.CharField(choices=CHOICES, max_length=8, verbose_name="回复"),
        ),
        migrations.RemoveConstraint(model_name="reply", name="notifications_reply_known"),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=Q(decision__in=[code for code, _ in CHOICES]),
                name="notifications_reply_known",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
