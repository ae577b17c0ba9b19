from django.db import migrations, models

# With the lock two who give roles at once wait for each other: each statement of the function sees what the other has
# committed. Begun from the few roles of the three, so that it costs the same with a million accounts.
APART = """
CREATE FUNCTION accounts_three_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM siteconfig_storedsetting
        WHERE code = 'accounts.separation' AND NOT reset AND value = 'true'::jsonb
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('accounts.three_apart'));
    IF EXISTS (
        WITH given AS (
            SELECT DISTINCT p.role_id, k.duty FROM accounts_rolepermission p
            JOIN accounts_knownpermission k ON k.code = p.code
        )
        SELECT 1 FROM given mine
        JOIN accounts_user_roles held ON held.role_id = mine.role_id
        JOIN accounts_user_roles other ON other.user_id = held.user_id
        JOIN given theirs ON theirs.role_id = other.role_id
        WHERE mine.duty <> '' AND theirs.duty <> mine.duty
    ) THEN
        RAISE EXCEPTION 'nobody has rights of two of the three administrators, or of one and of business'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_three_apart';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_three_apart AFTER INSERT OR UPDATE ON accounts_user_roles
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_three_apart();
CREATE TRIGGER accounts_three_apart AFTER INSERT OR UPDATE ON accounts_rolepermission
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_three_apart();
CREATE TRIGGER accounts_three_apart AFTER INSERT OR UPDATE ON siteconfig_storedsetting
    FOR EACH ROW WHEN (NEW.code = 'accounts.separation') EXECUTE FUNCTION accounts_three_apart();
"""
TOGETHER = """
DROP TRIGGER accounts_three_apart ON siteconfig_storedsetting;
DROP TRIGGER accounts_three_apart ON accounts_rolepermission;
DROP TRIGGER accounts_three_apart ON accounts_user_roles;
DROP FUNCTION accounts_three_apart();
"""


class Migration(migrations.Migration):
    """While the office says so, nobody has rights of two of the three administrators (docs/decisions/0406)."""

    dependencies = [("accounts", "0024_vouched_for_by_others"), ("siteconfig", "0006_head")]

    operations = [
        migrations.AddField(
            "knownpermission",
            "duty",
            models.CharField(
                blank=True, db_default="", default="", max_length=16, verbose_name="职责"
            ),
        ),
        migrations.RunSQL(APART, TOGETHER),
    ]
