from django.db import migrations

KEEP = """
CREATE FUNCTION draws_keep_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a row of % is found by never changes', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER draws_draw_id BEFORE UPDATE OF id ON draws_draw
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION draws_keep_id();
CREATE TRIGGER draws_invitation_id BEFORE UPDATE OF id ON draws_invitation
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION draws_keep_id();
CREATE TRIGGER draws_answerrequest_id BEFORE UPDATE OF invitation_id ON draws_answerrequest
    FOR EACH ROW WHEN (OLD.invitation_id IS DISTINCT FROM NEW.invitation_id)
    EXECUTE FUNCTION draws_keep_id();
CREATE TRIGGER draws_replylink_id BEFORE UPDATE OF invitation_id ON draws_replylink
    FOR EACH ROW WHEN (OLD.invitation_id IS DISTINCT FROM NEW.invitation_id)
    EXECUTE FUNCTION draws_keep_id();
"""
UNDO = """
DROP TRIGGER draws_draw_id ON draws_draw;
DROP TRIGGER draws_invitation_id ON draws_invitation;
DROP TRIGGER draws_answerrequest_id ON draws_answerrequest;
DROP TRIGGER draws_replylink_id ON draws_replylink;
DROP FUNCTION draws_keep_id();
"""


class Migration(migrations.Migration):
    """Rows that lead to whoever was seated do not lead elsewhere later (docs/decisions/0092)."""

    dependencies = [("draws", "0049_proof_of_emergencies")]

    operations = [migrations.RunSQL(KEEP, UNDO)]
