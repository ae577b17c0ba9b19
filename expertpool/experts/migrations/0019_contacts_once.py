from django.db import migrations

# Whoever enters or changes files shares the lock, whoever gives an account a number has it alone: of two
# at once one sees the other. What is doubled from before stays until it is changed.
ONCE = """
CREATE FUNCTION experts_contacts_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('experts.contacts', 0));
    IF EXISTS (
        SELECT FROM new_files one JOIN accounts_user account ON account.phone_index = one.phone_index
        WHERE account.id IS DISTINCT FROM one.user_id
    ) OR EXISTS (
        SELECT FROM new_files one JOIN accounts_user account ON account.email_index = one.email_index
        WHERE account.id IS DISTINCT FROM one.user_id
    ) THEN
        RAISE EXCEPTION 'a phone or mail of a new file is that of another''s account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_contacts_once';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION experts_contacts_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('experts.contacts', 0));
    IF EXISTS (
        SELECT FROM accounts_user account WHERE account.id IS DISTINCT FROM NEW.user_id AND (
            (account.phone_index = NEW.phone_index AND NEW.phone_index IS DISTINCT FROM OLD.phone_index)
            OR (account.email_index = NEW.email_index AND NEW.email_index IS DISTINCT FROM OLD.email_index)
        )
    ) THEN
        RAISE EXCEPTION 'a phone or mail of expert % is that of another''s account', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_contacts_once';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION experts_contacts_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_new boolean := TG_OP = 'INSERT';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('experts.contacts', 0));
    IF EXISTS (
        SELECT FROM experts_expert one WHERE one.phone_index = NEW.phone_index
            AND one.user_id IS DISTINCT FROM NEW.id
            AND (is_new OR NEW.phone_index IS DISTINCT FROM OLD.phone_index)
    ) OR EXISTS (
        SELECT FROM experts_expert one WHERE one.email_index = NEW.email_index
            AND one.user_id IS DISTINCT FROM NEW.id
            AND (is_new OR NEW.email_index IS DISTINCT FROM OLD.email_index)
    ) THEN
        RAISE EXCEPTION 'a phone or mail of account % stands in the file of an expert who is another', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_contacts_once';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER experts_contacts_once_new
    AFTER INSERT ON experts_expert REFERENCING NEW TABLE AS new_files
    FOR EACH STATEMENT EXECUTE FUNCTION experts_contacts_of_new();
CREATE TRIGGER experts_contacts_once
    AFTER UPDATE OF phone_index, email_index ON experts_expert FOR EACH ROW
    WHEN (OLD.phone_index IS DISTINCT FROM NEW.phone_index
        OR OLD.email_index IS DISTINCT FROM NEW.email_index)
    EXECUTE FUNCTION experts_contacts_of_changed();
CREATE TRIGGER experts_contacts_once_new
    AFTER INSERT ON accounts_user FOR EACH ROW
    WHEN (NEW.phone_index IS NOT NULL OR NEW.email_index IS NOT NULL)
    EXECUTE FUNCTION experts_contacts_of_account();
CREATE TRIGGER experts_contacts_once
    AFTER UPDATE OF phone_index, email_index ON accounts_user FOR EACH ROW
    WHEN (OLD.phone_index IS DISTINCT FROM NEW.phone_index
        OR OLD.email_index IS DISTINCT FROM NEW.email_index)
    EXECUTE FUNCTION experts_contacts_of_account();
"""
UNDO = """
DROP TRIGGER experts_contacts_once ON accounts_user;
DROP TRIGGER experts_contacts_once_new ON accounts_user;
DROP TRIGGER experts_contacts_once ON experts_expert;
DROP TRIGGER experts_contacts_once_new ON experts_expert;
DROP FUNCTION experts_contacts_of_account();
DROP FUNCTION experts_contacts_of_changed();
DROP FUNCTION experts_contacts_of_new();
"""


class Migration(migrations.Migration):
    """A phone or mail has one owner, over accounts and files (docs/decisions/0100)."""

    dependencies = [
        ("experts", "0018_activation_times"),
        ("accounts", "0015_one_index_for_a_person"),
    ]

    operations = [migrations.RunSQL(ONCE, UNDO)]
