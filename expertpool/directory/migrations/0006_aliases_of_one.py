"""An alias is of one unit, and no other unit's name (docs/decisions/0111)."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# With the lock that services take: of two who write at once, the second sees what the first wrote.
OF_ONE = """
CREATE FUNCTION directory_alias_is_of_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('directory.units', 0));
    IF TG_TABLE_NAME = 'directory_unitalias' THEN
        IF NOT NEW.shared AND EXISTS (
            SELECT FROM directory_unit one
            WHERE one.normalised_name = NEW.normalised_name AND one.id <> NEW.unit_id
        ) THEN
            RAISE EXCEPTION 'the alias % is the name of another unit', NEW.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directory_alias_is_of_one';
        END IF;
    ELSIF EXISTS (
        SELECT FROM directory_unitalias one
        WHERE one.normalised_name = NEW.normalised_name AND one.unit_id <> NEW.id AND NOT one.shared
    ) THEN
        RAISE EXCEPTION 'the name % is an alias of another unit', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'directory_alias_is_of_one';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER directory_alias_is_of_one
    AFTER INSERT OR UPDATE OF normalised_name, unit_id, shared ON directory_unitalias
    FOR EACH ROW EXECUTE FUNCTION directory_alias_is_of_one();
CREATE TRIGGER directory_alias_is_of_one
    AFTER INSERT OR UPDATE OF normalised_name ON directory_unit
    FOR EACH ROW EXECUTE FUNCTION directory_alias_is_of_one();
"""
UNDO = """
DROP TRIGGER directory_alias_is_of_one ON directory_unit;
DROP TRIGGER directory_alias_is_of_one ON directory_unitalias;
DROP FUNCTION directory_alias_is_of_one();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_units_as_a_register")]

    operations = [
        migrations.AddIndex(
            "unit",
            django.contrib.postgres.indexes.GinIndex(
                fields=["core_name"], name="directory_unit_core", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            "unit",
            models.Index(
                condition=models.Q(("compared", False)),
                fields=["id"],
                name="directory_unit_uncompared",
            ),
        ),
        migrations.AddIndex(
            "unit",
            models.Index(
                condition=models.Q(("confirmed", False), ("uscc", "")),
                fields=["id"],
                name="directory_unit_unknown",
            ),
        ),
        migrations.AddIndex(
            "unitalias",
            django.contrib.postgres.indexes.GinIndex(
                fields=["core_name"], name="directory_alias_core", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            "unitalias",
            models.UniqueConstraint(
                condition=models.Q(("shared", False)),
                fields=("normalised_name",),
                name="directory_alias_of_one",
            ),
        ),
        migrations.RunSQL(OF_ONE, UNDO),
    ]
