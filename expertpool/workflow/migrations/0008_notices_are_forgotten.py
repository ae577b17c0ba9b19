from django.db import migrations

# What was on notice about somebody goes with the rest of it (docs/decisions/0751), once its approval has ended; nothing
# else of a notice is written, and no objection removed before.
KEEP = """
CREATE FUNCTION workflow_notice_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.title = '' AND NEW.lines = '[]'
       AND to_jsonb(OLD) - 'title' - 'lines' - 'proof' = to_jsonb(NEW) - 'title' - 'lines' - 'proof'
       AND EXISTS (SELECT FROM workflow_approval WHERE id = OLD.approval_id AND ended_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '公示的内容不能修改';
END $$;
CREATE TRIGGER workflow_notice_stands BEFORE UPDATE ON workflow_publicnotice
    FOR EACH ROW EXECUTE FUNCTION workflow_notice_stands();
CREATE FUNCTION workflow_objection_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM workflow_publicnotice WHERE id = OLD.notice_id AND title <> '') THEN
        RAISE EXCEPTION '公示的异议不能删除';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER workflow_objection_stands BEFORE DELETE ON workflow_objection
    FOR EACH ROW EXECUTE FUNCTION workflow_objection_stands();
"""
UNDO = """
DROP TRIGGER workflow_objection_stands ON workflow_objection;
DROP FUNCTION workflow_objection_stands();
DROP TRIGGER workflow_notice_stands ON workflow_publicnotice;
DROP FUNCTION workflow_notice_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0007_objections_have_proofs")]

    operations = [migrations.RunSQL(KEEP, UNDO)]
