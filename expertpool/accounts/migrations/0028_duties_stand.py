from django.db import migrations

# At the end of the transaction: a right that a version calls otherwise is renamed in both tables one after the other.
STAND = """
CREATE FUNCTION accounts_duties_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM siteconfig_storedsetting
        WHERE code = 'accounts.separation' AND NOT reset AND value = 'true'::jsonb
    ) AND EXISTS (
        SELECT 1 FROM accounts_rolepermission WHERE code = OLD.code
    ) AND NOT EXISTS (
        SELECT 1 FROM accounts_knownpermission WHERE code = OLD.code AND duty = OLD.duty
    ) THEN
        RAISE EXCEPTION 'a right that a role gives stays the work of the same of the three administrators'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_duties_stand';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER accounts_duties_stand AFTER UPDATE OR DELETE ON accounts_knownpermission
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.duty <> '')
    EXECUTE FUNCTION accounts_duties_stand();
"""
MOVE = """
DROP TRIGGER accounts_duties_stand ON accounts_knownpermission;
DROP FUNCTION accounts_duties_stand();
"""


class Migration(migrations.Migration):
    """By whose work a right is the three administrators are kept apart: that is not changed while they are
    (docs/decisions/0681)."""

    dependencies = [("accounts", "0027_places_have_proofs")]

    operations = [migrations.RunSQL(STAND, MOVE)]
