"""A chain for each department, where the office wants it, and one chain that takes them all in."""

from django.db import migrations, models

# As in 0002, and the places in a branch, which an entry has before that in the chain.
KEPT = """
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
        IF TG_TABLE_NAME IN ('audit_chainhead', 'audit_branch') THEN
            RETURN NEW;
        END IF;
        IF OLD.chain_no IS NULL THEN
            OLD.chain_no := NEW.chain_no;
            OLD.previous_hash := NEW.previous_hash;
            OLD.hash := NEW.hash;
            IF OLD.branch_no IS NULL THEN
                OLD.branch_no := NEW.branch_no;
                OLD.branch_hash := NEW.branch_hash;
            END IF;
            IF OLD IS NOT DISTINCT FROM NEW THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'the log (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_branch_append_only BEFORE UPDATE OR DELETE ON audit_branch
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_branch_no_truncate BEFORE TRUNCATE ON audit_branch
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

CREATE OR REPLACE FUNCTION audit_entry_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM currval(pg_get_serial_sequence(TG_RELID::regclass::text, 'id'))
        OR num_nonnulls(NEW.chain_no, NEW.previous_hash, NEW.hash,
                        NEW.branch_no, NEW.branch_hash) > 0 THEN
        RAISE EXCEPTION 'the log (%) is append-only: a place of its own refused', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
"""

# A commit whose entries are all of one department takes the lock of its branch, any other that of the
# chain: never two, so that no two commits wait for each other. One that gets the chain takes in what
# waits in branches before its own, of each branch in its order: who sees a place of a branch sees all
# before it, since its head is let go after the commit. No more at once than is linked in a moment.
LINK = """
CREATE OR REPLACE FUNCTION audit_entry_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_entry SET chain_no = NULL
        WHERE id = NEW.id AND chain_no IS NULL AND branch_no IS NULL;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit_entry_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record;
    ours bigint;
    head_number bigint;
    head_hash bytea;
BEGIN
    IF (SELECT num_nonnulls(chain_no, branch_no) > 0 FROM audit_entry WHERE id = NEW.id) THEN
        RETURN NULL;
    END IF;
    SELECT min(branch) INTO ours FROM audit_entry WHERE chain_no IS NULL AND branch_no IS NULL
        HAVING count(branch) = count(*) AND min(branch) = max(branch);
    IF ours IS NOT NULL THEN
        INSERT INTO audit_branch (department, number, hash)
            VALUES (ours, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
        SELECT number, hash INTO STRICT head_number, head_hash
            FROM audit_branch WHERE department = ours FOR UPDATE;
        FOR entry IN SELECT id, digest FROM audit_entry
            WHERE chain_no IS NULL AND branch_no IS NULL ORDER BY id
        LOOP
            head_number := head_number + 1;
            head_hash := sha256(head_hash || entry.digest);
            UPDATE audit_entry SET branch_no = head_number, branch_hash = head_hash
                WHERE id = entry.id;
        END LOOP;
        UPDATE audit_branch SET number = head_number, hash = head_hash WHERE department = ours;
        RETURN NULL;
    END IF;
    INSERT INTO audit_chainhead (id, number, hash)
        VALUES (1, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT number, hash INTO STRICT head_number, head_hash
        FROM audit_chainhead WHERE id = 1 FOR UPDATE;
    FOR entry IN
        SELECT id, digest FROM (
            (SELECT id, digest, branch, branch_no FROM audit_entry
                WHERE chain_no IS NULL AND branch_no IS NOT NULL
                ORDER BY branch, branch_no LIMIT 5000)
            UNION ALL
            (SELECT id, digest, NULL, NULL FROM audit_entry
                WHERE chain_no IS NULL AND branch_no IS NULL)
        ) AS waiting
        ORDER BY branch, branch_no, id
    LOOP
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

DROP TRIGGER audit_entry_link ON audit_entry;
CREATE CONSTRAINT TRIGGER audit_entry_link AFTER UPDATE ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.chain_no IS NULL AND NEW.branch_no IS NULL)
    EXECUTE FUNCTION audit_entry_link();

DROP INDEX audit_entry_unlinked;
CREATE INDEX audit_entry_unlinked ON audit_entry (id) WHERE chain_no IS NULL AND branch_no IS NULL;
CREATE INDEX audit_entry_waiting ON audit_entry (branch, branch_no)
    WHERE chain_no IS NULL AND branch_no IS NOT NULL;
"""

# As in 0004: what was replaced is the caller's again.
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

ONE_CHAIN = """
DROP INDEX audit_entry_waiting;
DROP INDEX audit_entry_unlinked;
CREATE INDEX audit_entry_unlinked ON audit_entry (id) WHERE chain_no IS NULL;

CREATE OR REPLACE FUNCTION audit_entry_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_entry SET chain_no = NULL WHERE id = NEW.id AND chain_no IS NULL;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit_entry_link() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER audit_entry_link ON audit_entry;
CREATE CONSTRAINT TRIGGER audit_entry_link AFTER UPDATE ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.chain_no IS NULL)
    EXECUTE FUNCTION audit_entry_link();
"""

WITHOUT = """
DROP TRIGGER audit_branch_no_truncate ON audit_branch;
DROP TRIGGER audit_branch_append_only ON audit_branch;

CREATE OR REPLACE FUNCTION audit_entry_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM currval(pg_get_serial_sequence(TG_RELID::regclass::text, 'id'))
        OR num_nonnulls(NEW.chain_no, NEW.previous_hash, NEW.hash) > 0 THEN
        RAISE EXCEPTION 'the log (%) is append-only: a place of its own refused', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_anchors_in_order")]

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                (
                    "department",
                    models.BigIntegerField(primary_key=True, serialize=False, verbose_name="部门"),
                ),
                ("number", models.BigIntegerField(verbose_name="链长")),
                ("hash", models.BinaryField(max_length=32, verbose_name="链头")),
            ],
            options={"verbose_name": "部门链", "verbose_name_plural": "部门链"},
        ),
        migrations.AddField("entry", "branch", models.BigIntegerField("部门链", null=True)),
        migrations.AddField(
            "entry", "branch_no", models.BigIntegerField("部门链上序号", null=True)
        ),
        migrations.AddField(
            "entry", "branch_hash", models.BinaryField("部门链哈希", max_length=32, null=True)
        ),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(
                fields=["branch", "branch_no"],
                name="audit_branch_place",
                condition=models.Q(branch_no__isnull=False),
            ),
        ),
        migrations.RunSQL(KEPT, WITHOUT),
        migrations.RunSQL(LINK, ONE_CHAIN),
        # Backwards the functions stay the owner's, as 0004 made them.
        migrations.RunSQL(OWNER, OWNER),
    ]
