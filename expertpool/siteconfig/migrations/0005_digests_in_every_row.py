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

    dependencies = [("siteconfig", "0004_proofs")]

    operations = [
        filled("siteconfig_settingchange", "proof"),
        migrations.AlterField(
            model_name="settingchange",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
        filled("siteconfig_storedsetting", "proof"),
        migrations.AlterField(
            model_name="storedsetting",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
    ]
