from django.db import migrations

KEEP = """
CREATE TRIGGER accounts_user_id BEFORE UPDATE OF id ON accounts_user
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION draws_keep_id();
CREATE TRIGGER experts_expert_id BEFORE UPDATE OF id ON experts_expert
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION draws_keep_id();
CREATE TRIGGER accounts_role_id BEFORE UPDATE OF id, code ON accounts_role
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.code IS DISTINCT FROM NEW.code)
    EXECUTE FUNCTION draws_keep_id();
CREATE FUNCTION draws_keep_ruled_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM draws_revealrule WHERE role_id = OLD.id) THEN
        RAISE EXCEPTION 'a role whose members read names at a time of their own stays'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER draws_ruled_role_stays BEFORE DELETE ON accounts_role
    FOR EACH ROW EXECUTE FUNCTION draws_keep_ruled_role();
"""
UNDO = """
DROP TRIGGER accounts_user_id ON accounts_user;
DROP TRIGGER experts_expert_id ON experts_expert;
DROP TRIGGER accounts_role_id ON accounts_role;
DROP TRIGGER draws_ruled_role_stays ON accounts_role;
DROP FUNCTION draws_keep_ruled_role();
"""


class Migration(migrations.Migration):
    """Whoever exchanges the ids of two persons leads a seat, a right to object or a share in a decision to the other
    (docs/decisions/0593)."""

    dependencies = [
        ("draws", "0076_alarm_of_an_outage"),
        ("accounts", "0026_links_end_links"),
        ("experts", "0053_names_are_sealed"),
    ]

    operations = [migrations.RunSQL(KEEP, UNDO)]
