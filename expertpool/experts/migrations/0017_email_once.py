from django.db import migrations, models

# Those who share a mail keep it, each under a number of its own: a record in the pool before deleted ones.
NUMBER = """
UPDATE experts_expert AS one SET email_twin = twins.number
FROM (
    SELECT id, row_number() OVER (PARTITION BY email_index ORDER BY status = 'deleted', id) - 1 AS number
    FROM experts_expert WHERE email_index IS NOT NULL
) AS twins
WHERE twins.id = one.id AND twins.number > 0
"""


class Migration(migrations.Migration):
    """A mail address is one expert's (docs/decisions/0100)."""

    dependencies = [("experts", "0016_avoidance_removals")]

    operations = [
        migrations.AddField(
            model_name="expert",
            name="email_twin",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="共用邮箱的第几份"
            ),
        ),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
        # Changed rows have checks waiting, with which a table takes no index.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.UniqueConstraint(
                fields=["email_index", "email_twin"], name="experts_email_once"
            ),
        ),
    ]
