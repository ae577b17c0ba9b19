"""An application says by a key outside the database whose it is and what it says (docs/decisions/0193)."""

import json

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import DecryptionError, Vault, binding, proof

TABLE = "joining_application"
SAID = """
SELECT a.id, a.contents, a.uid, u.username, a.kind, r.uid, c.number, a.consented_at,
       a.version, a.state, a.reasons::text, a.name, a.employer_name, a.title, a.title_level
  FROM joining_application a JOIN accounts_user u ON u.id = a.user_id JOIN joining_consenttext c ON c.id = a.consent_id
  LEFT JOIN joining_recommendation r ON r.id = a.recommendation_id
"""
ONLY_GROWS = f"""
CREATE FUNCTION joining_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an earlier version of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER joining_application_version BEFORE UPDATE OF version ON {TABLE}
    FOR EACH ROW WHEN (NEW.version < OLD.version) EXECUTE FUNCTION joining_only_grows();
"""
UNDO = f"""
DROP TRIGGER joining_application_version ON {TABLE};
DROP FUNCTION joining_only_grows();
"""


def vouch(apps, schema_editor):
    """Whatever stands there now counts as written here."""
    vault, column = Vault("FIELD_KEY", 4096), binding(TABLE, "contents")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SAID)
        proofs = []
        for pk, token, uid, username, kind, link, number, at, version, state, why, *rest in cursor:
            try:
                told = vault.decrypt(bytes(token), column + binding(uid)).decode() if token else ""
            except DecryptionError:  # it says nothing, and does not now
                continue
            said = [uid, username, kind, str(link or ""), number, at, version, state, told]
            said = [*said, json.loads(why), *rest]
            said = [expertpool.core.fields._said(one) for one in said]
            proofs.append((proof(TABLE, said), pk))
        cursor.executemany("UPDATE joining_application SET proof = %s WHERE id = %s", proofs)


class Migration(migrations.Migration):
    dependencies = [("joining", "0002_bound_rows")]

    operations = [
        migrations.AddField(
            "application", "proof", expertpool.core.fields.BlindIndexField(verbose_name="凭证")
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(ONLY_GROWS, UNDO),
    ]
