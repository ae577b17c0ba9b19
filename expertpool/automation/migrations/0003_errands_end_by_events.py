import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """An errand ends by somebody, or by what happened (docs/decisions/0333)."""

    dependencies = [
        ("automation", "0002_errands_have_proofs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "errand",
            "ended_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="automation.occurrence",
                verbose_name="自动办结",
            ),
        ),
        migrations.RemoveConstraint("errand", "automation_errand_done"),
        migrations.AddConstraint(
            "errand",
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, ended_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, ended_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=True, ended_by__isnull=False),
                name="automation_errand_done",
            ),
        ),
    ]
