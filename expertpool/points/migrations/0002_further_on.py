from django.db import migrations

from expertpool.core.finality import stays

# An entry that was written past this system is gone beyond; its number only grows.
GROWS = """
DROP TRIGGER points_account_grows ON points_pointaccount;
CREATE TRIGGER points_account_grows BEFORE UPDATE ON points_pointaccount
    FOR EACH ROW WHEN (NEW.n <= OLD.n OR NEW.expert_id <> OLD.expert_id)
    EXECUTE FUNCTION points_only_grows();
"""
BY_ONE = """
DROP TRIGGER points_account_grows ON points_pointaccount;
CREATE TRIGGER points_account_grows BEFORE UPDATE ON points_pointaccount
    FOR EACH ROW WHEN (NEW.n <> OLD.n + 1 OR NEW.expert_id <> OLD.expert_id)
    EXECUTE FUNCTION points_only_grows();
"""


class Migration(migrations.Migration):
    """What was answered or taken back stays so (docs/decisions/0198)."""

    dependencies = [("points", "0001_initial"), ("core", "0017_ends_stay")]

    operations = [
        migrations.RunSQL(GROWS, BY_ONE),
        stays("points_benefitrequest", "answered_at"),
        stays("points_settled", "taken_back_at"),
    ]
