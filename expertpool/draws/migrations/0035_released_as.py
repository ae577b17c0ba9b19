from django.db import migrations, models

# Those released before keep what is known of them now.
FILL = """
UPDATE draws_invitation AS line
SET released_as = jsonb_build_object('name', expert.name, 'employer', coalesce(unit.name, ''))
FROM experts_expert AS expert LEFT JOIN directory_unit AS unit ON unit.id = expert.employer_id
WHERE expert.id = line.expert_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
GUARD = """
CREATE TRIGGER draws_invitation_released_as BEFORE UPDATE OF released_as ON draws_invitation
    FOR EACH ROW WHEN (OLD.released_as IS DISTINCT FROM NEW.released_as
                       AND OLD.released_as IS NOT NULL)
    EXECUTE FUNCTION draws_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("draws", "0034_hands"),
        ("experts", "0011_bounds"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="released_as",
            field=models.JSONField(null=True, verbose_name="公开时的姓名和单位"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, "DROP TRIGGER draws_invitation_released_as ON draws_invitation"),
    ]
