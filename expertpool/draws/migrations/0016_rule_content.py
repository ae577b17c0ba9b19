from django.db import migrations, models


class Migration(migrations.Migration):
    """The stored rule keeps its column; `Draw.rule` is the typed value read from it."""

    dependencies = [("draws", "0015_draw_status")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("draw", "rule", "rule_content"),
                migrations.AlterField(
                    "draw", "rule_content", models.JSONField("规则", db_column="rule")
                ),
            ]
        )
    ]
