"""The log can only grow, and every commit links its entries to the chain."""

from django.db import migrations

# Only the two linking functions below write again to what is there; they run inside a trigger.
APPEND_ONLY = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
        IF TG_TABLE_NAME = 'audit_chainhead' THEN
            RETURN NEW;
        END IF;
        IF OLD.chain_no IS NULL THEN
            OLD.chain_no := NEW.chain_no;
            OLD.previous_hash := NEW.previous_hash;
            OLD.hash := NEW.hash;
            IF OLD IS NOT DISTINCT FROM NEW THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'the log (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_chainhead_append_only BEFORE UPDATE OR DELETE ON audit_chainhead
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_chainhead_no_truncate BEFORE TRUNCATE ON audit_chainhead
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"""

# Linking takes the lock of the chain head, so it has to be the very last thing of a transaction:
# a commit that held it while a deferred foreign key check waited for a row of another commit
# would deadlock with that one. Deferred triggers run in the order of their events; an event that
# arises while they run comes after all of them. Hence two steps: the first, at commit, touches
# the entry; the second, which that touch calls, links.
#
# A transaction sees no unlinked entries but its own, for others are linked when they are
# committed. So the first of its entries links all, and the chain head is written once.
LINK = """
CREATE FUNCTION audit_entry_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_entry SET chain_no = NULL WHERE id = NEW.id AND chain_no IS NULL;
    RETURN NULL;
END
$$;

CREATE FUNCTION audit_entry_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record;
    head_number bigint;
    head_hash bytea;
BEGIN
    IF (SELECT chain_no IS NOT NULL FROM audit_entry WHERE id = NEW.id) THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_chainhead (id, number, hash)
        VALUES (1, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT number, hash INTO STRICT head_number, head_hash
        FROM audit_chainhead WHERE id = 1 FOR UPDATE;
    FOR entry IN SELECT id, digest FROM audit_entry WHERE chain_no IS NULL ORDER BY id LOOP
        head_number := head_number + 1;
        UPDATE audit_entry
            SET chain_no = head_number, previous_hash = head_hash,
                hash = sha256(head_hash || entry.digest)
            WHERE id = entry.id;
        head_hash := sha256(head_hash || entry.digest);
    END LOOP;
    UPDATE audit_chainhead SET number = head_number, hash = head_hash WHERE id = 1;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER audit_entry_last AFTER INSERT ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_entry_last();
CREATE CONSTRAINT TRIGGER audit_entry_link AFTER UPDATE ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.chain_no IS NULL)
    EXECUTE FUNCTION audit_entry_link();

CREATE INDEX audit_entry_unlinked ON audit_entry (id) WHERE chain_no IS NULL;
"""

REMOVE = """
DROP INDEX audit_entry_unlinked;
DROP TRIGGER audit_entry_link ON audit_entry;
DROP TRIGGER audit_entry_last ON audit_entry;
DROP TRIGGER audit_chainhead_no_truncate ON audit_chainhead;
DROP TRIGGER audit_chainhead_append_only ON audit_chainhead;
DROP TRIGGER audit_entry_no_truncate ON audit_entry;
DROP TRIGGER audit_entry_append_only ON audit_entry;
DROP FUNCTION audit_entry_link();
DROP FUNCTION audit_entry_last();
DROP FUNCTION audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY + LINK, REMOVE),
    ]
