from django.db import migrations

BOUND = """
CREATE TRIGGER inspections_renewal_keeps_binding BEFORE UPDATE ON inspections_renewal FOR EACH ROW
    WHEN (OLD.uid IS DISTINCT FROM NEW.uid)
    EXECUTE FUNCTION core_keep_binding();
"""
NOT_BOUND = "DROP TRIGGER inspections_renewal_keeps_binding ON inspections_renewal;"


class Migration(migrations.Migration):
    """What encrypted values are bound to never changes (docs/decisions/0038)."""

    dependencies = [("inspections", "0003_renewals"), ("core", "0005_bound_tokens")]

    operations = [migrations.RunSQL(BOUND, NOT_BOUND)]
