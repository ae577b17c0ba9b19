"""The right of an expert to his own area is one of experts: its lowest user declares it."""

from django.db import migrations

RENAME = """
UPDATE accounts_rolepermission SET code = 'experts.self' WHERE code = 'portal.expert';
UPDATE accounts_knownpermission SET code = 'experts.self' WHERE code = 'portal.expert';
UPDATE accounts_apitoken
SET scopes = replace(scopes::text, '"portal.expert"', '"experts.self"')::jsonb
WHERE scopes ? 'portal.expert';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("experts", "0006_list_orders"),
        ("accounts", "0005_known_permissions"),
    ]

    operations = [migrations.RunSQL(RENAME)]
