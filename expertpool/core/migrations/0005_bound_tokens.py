from django.db import migrations

FUNCTIONS = """
-- An encrypted value is bound to columns of its row (core.fields): they never change.
CREATE FUNCTION core_keep_binding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'encrypted values of % are bound to columns that never change', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- For guards of rows that never change: a token is made anew when keys are rotated.
CREATE FUNCTION core_same_token(old bytea, new bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT old IS NOT DISTINCT FROM new OR current_setting('expertpool.rekeying', true) = 'on'
$$;
"""


class Migration(migrations.Migration):
    """What the database knows of encrypted values: see docs/decisions/0038."""

    dependencies = [("core", "0004_storedanswer")]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION core_same_token, core_keep_binding"),
    ]
