from django.db import migrations

TABLES = {"changerequest": ("uid",), "changeitem": ("request_id", "field")}
BOUND = """
CREATE TRIGGER changes_{table}_keeps_binding BEFORE UPDATE ON changes_{table} FOR EACH ROW
    WHEN ({changed})
    EXECUTE FUNCTION core_keep_binding();
"""
NOT_BOUND = "DROP TRIGGER changes_{table}_keeps_binding ON changes_{table};"


def _sql(template):
    return "".join(
        template.format(
            table=table,
            changed=" OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names),
        )
        for table, names in TABLES.items()
    )


class Migration(migrations.Migration):
    """What encrypted values are bound to never changes (docs/decisions/0038)."""

    dependencies = [("changes", "0001_initial"), ("core", "0005_bound_tokens")]

    operations = [migrations.RunSQL(_sql(BOUND), _sql(NOT_BOUND))]
