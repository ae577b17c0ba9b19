from django.db import migrations

# Where pages say 监督人 it is one: the built-in role of administrators had the right as it has every other.
TAKEN = """
DELETE FROM accounts_rolepermission_departments WHERE rolepermission_id IN (
    SELECT given.id FROM accounts_rolepermission given JOIN accounts_role role ON role.id = given.role_id
    WHERE given.code = 'draws.confirm_steps' AND role.code = 'admin' AND role.built_in);
DELETE FROM accounts_rolepermission given USING accounts_role role
WHERE role.id = given.role_id AND given.code = 'draws.confirm_steps' AND role.code = 'admin' AND role.built_in;
"""


class Migration(migrations.Migration):
    """The right to supervise draws is no administrator's by his role (docs/decisions/0239)."""

    dependencies = [
        ("draws", "0067_no_seal_on_a_no"),
        ("accounts", "0018_networks_of_visitors"),
    ]

    operations = [migrations.RunSQL(TAKEN, migrations.RunSQL.noop)]
