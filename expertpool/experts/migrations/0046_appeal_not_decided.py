from django.conf import settings
from django.db import migrations, models

# What ended with its entry stood as upheld; the guard keeps what is decided as it is.
NOT_DECIDED = """
ALTER TABLE experts_blacklistappeal DISABLE TRIGGER USER;
UPDATE experts_blacklistappeal AS appeal SET agreed = NULL, decided_by_id = NULL, note = ''
  FROM experts_blacklistentry AS entry
 WHERE entry.id = appeal.entry_id AND appeal.agreed AND appeal.note = '已移出黑名单'
   AND entry.removed_at = appeal.decided_at AND entry.removal_reason NOT LIKE '申诉成立：%';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE experts_blacklistappeal ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    """An appeal that nobody had decided when its entry ended is over, and neither holds nor does not."""

    dependencies = [
        ("experts", "0045_erased"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="blacklistappeal", name="experts_appeal_decided"),
        migrations.RunSQL(NOT_DECIDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="blacklistappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed__isnull", True), ("decided_by__isnull", True)),
                    models.Q(("agreed__isnull", False), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="experts_appeal_decided",
            ),
        ),
    ]
