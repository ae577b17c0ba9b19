import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A record that was merged into another is closed for good (docs/decisions/0110)."""

    dependencies = [("experts", "0021_id_kinds")]

    operations = [
        migrations.AddField(
            model_name="expert",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="experts.expert",
                verbose_name="合并至",
            ),
        ),
        migrations.AddIndex(
            model_name="expert",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="experts_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(
                        ("status", "deleted"),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="experts_merged_is_closed",
            ),
        ),
        # Without it the planner takes all records for merged until the table is analyzed by itself, and
        # reads a million of them for each question about seats.
        migrations.RunSQL("ANALYZE experts_expert (merged_into_id)", migrations.RunSQL.noop),
    ]
