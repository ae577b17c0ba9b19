from django.db import migrations

BOUND = """
CREATE TRIGGER inspections_inspection_keeps_binding BEFORE UPDATE ON inspections_inspection FOR EACH ROW
    WHEN (OLD.uid IS DISTINCT FROM NEW.uid)
    EXECUTE FUNCTION core_keep_binding();
"""
NOT_BOUND = "DROP TRIGGER inspections_inspection_keeps_binding ON inspections_inspection;"


class Migration(migrations.Migration):
    """What encrypted values are bound to never changes (docs/decisions/0038)."""

    dependencies = [("inspections", "0001_initial"), ("core", "0005_bound_tokens")]

    operations = [migrations.RunSQL(BOUND, NOT_BOUND)]
