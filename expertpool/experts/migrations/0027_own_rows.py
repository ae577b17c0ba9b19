from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import migrations, models
from django.db.models.functions import Cast

OWN = """
UPDATE {table} AS row SET is_own = true FROM experts_expert AS expert
    WHERE expert.id = row.expert_id AND expert.user_id = row.created_by_id;
"""


class Migration(migrations.Migration):
    """Leaves and relations know whether the expert filed them himself: the office is told of those later, and
    may file its own over them meanwhile (docs/decisions/0185)."""

    dependencies = [("experts", "0026_own_words")]

    operations = [
        migrations.AddField(
            "leave",
            "is_own",
            models.BooleanField(default=False, editable=False, verbose_name="本人登记"),
        ),
        migrations.AddField(
            "avoidanceunit",
            "is_own",
            models.BooleanField(default=False, editable=False, verbose_name="本人登记"),
        ),
        migrations.RunSQL(
            OWN.format(table="experts_leave") + OWN.format(table="experts_avoidanceunit"),
            migrations.RunSQL.noop,
        ),
        # Checks that wait would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveConstraint("leave", "experts_leave_no_overlap"),
        migrations.AddConstraint(
            "leave",
            ExclusionConstraint(
                name="experts_leave_no_overlap",
                expressions=[
                    ("expert", "="),
                    (Cast("is_own", models.IntegerField()), "="),
                    ("during", "&&"),
                ],
                condition=models.Q(cancelled_at__isnull=True),
            ),
        ),
    ]
