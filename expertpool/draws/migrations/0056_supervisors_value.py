"""The supervisor's random value is given by the right by which supervisors confirm: `draws.contribute`
had operators give it themselves. Tokens keep what their proof says: one made for it gives no value any more."""

from django.db import migrations

DROP = """
DELETE FROM accounts_rolepermission WHERE code = 'draws.contribute';
DELETE FROM accounts_knownpermission WHERE code = 'draws.contribute';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0055_digests_in_every_row"),
        ("accounts", "0013_digests_in_every_row"),
    ]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
