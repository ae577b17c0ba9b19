from django.db import migrations

OWNER = """
-- Whether this connection changes keys: it says so, and came in as who owns the tables. Not by the
-- current role: a function of the owner has that one, too.
CREATE FUNCTION core_may_rekey() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, relowner, 'MEMBER') FROM pg_class
     WHERE oid = 'core_rekeying'::regclass
$$;
CREATE OR REPLACE FUNCTION core_same_token(old bytea, new bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT old IS NOT DISTINCT FROM new
        OR (current_setting('expertpool.rekeying', true) = 'on' AND core_may_rekey())
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION core_may_rekey() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION core_same_token(bytea, bytea) SET search_path = %I, pg_temp',
                   current_schema());
END
$$;
"""
ANYBODY = """
CREATE OR REPLACE FUNCTION core_same_token(old bytea, new bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT old IS NOT DISTINCT FROM new OR current_setting('expertpool.rekeying', true) = 'on'
$$;
DROP FUNCTION core_may_rekey();
"""


class Migration(migrations.Migration):
    """Tokens are made anew by the owner of the tables alone (docs/decisions/0093)."""

    dependencies = [("core", "0011_import_findings")]

    operations = [migrations.RunSQL(OWNER, ANYBODY)]
