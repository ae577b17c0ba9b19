"""Only the chain gives an entry its place, and only the sequence its number.

One row that took the next of either made every later commit fail.
"""

from django.db import migrations

ARRIVING = """
CREATE FUNCTION audit_entry_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM currval(pg_get_serial_sequence(TG_RELID::regclass::text, 'id'))
        OR num_nonnulls(NEW.chain_no, NEW.previous_hash, NEW.hash) > 0 THEN
        RAISE EXCEPTION 'the log (%) is append-only: a place of its own refused', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_entry_arrives BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_arrives();
"""
ANYHOW = """
DROP TRIGGER audit_entry_arrives ON audit_entry;
DROP FUNCTION audit_entry_arrives();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_links_by_owner")]

    operations = [migrations.RunSQL(ARRIVING, ANYHOW)]
