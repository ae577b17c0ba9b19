from django.db import migrations

SIGN_OUT = """
UPDATE accounts_user SET session_round = session_round + 1
WHERE id IN (SELECT user_id FROM experts_expert WHERE status = 'blacklisted')
"""


class Migration(migrations.Migration):
    """Whoever is on the blacklist cannot sign in: nor does he go on by what he is signed in by."""

    dependencies = [("experts", "0019_contacts_once"), ("accounts", "0011_keyed_sign_in")]

    operations = [migrations.RunSQL(SIGN_OUT, migrations.RunSQL.noop, elidable=True)]
