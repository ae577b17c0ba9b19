"""The chain is linked by the owner of the log: who writes entries needs no right to change them."""

from django.db import migrations

# Their path is their own: no table of the caller can stand in front of the log.
OWNER = """
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_entry_last', 'audit_entry_link'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SECURITY DEFINER SET search_path = %I, pg_temp',
                       name, current_schema());
    END LOOP;
END
$$;
"""
CALLER = """
ALTER FUNCTION audit_entry_last() SECURITY INVOKER RESET search_path;
ALTER FUNCTION audit_entry_link() SECURITY INVOKER RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_anchors")]

    operations = [migrations.RunSQL(OWNER, CALLER)]
