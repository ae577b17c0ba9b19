from django.db import migrations

# A setting that was never made is NULL, and NOT NULL raises nothing: the owner of the tables wrote
# what he liked as long as nobody had begun to make keys anew.
SAME = """
CREATE OR REPLACE FUNCTION core_same_token(old bytea, new bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT old IS NOT DISTINCT FROM new
        OR ({said} AND core_may_rekey())
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION core_same_token(bytea, bytea) SET search_path = %I, pg_temp',
                   current_schema());
END
$$;
"""
SAID = "coalesce(current_setting('expertpool.rekeying', true), '') = 'on'"
BEFORE = "current_setting('expertpool.rekeying', true) = 'on'"


class Migration(migrations.Migration):
    """What guards tokens answers yes or no (docs/decisions/0093)."""

    dependencies = [("core", "0012_rekeying_by_owner")]

    operations = [migrations.RunSQL(SAME.format(said=SAID), SAME.format(said=BEFORE))]
