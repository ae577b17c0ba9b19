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

    dependencies = [("accounts", "0012_authenticator")]

    operations = [
        filled("accounts_apitoken", "digest", "decode(md5(id::text || random()), 'hex')"),
        migrations.AlterField(
            model_name="apitoken",
            name="digest",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, null=False, unique=True, verbose_name="令牌摘要"
            ),
        ),
    ]
