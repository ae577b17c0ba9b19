from django.db import migrations, models

import expertpool.core.fields

# By triggers: rows are written by the models, by COPY and by statements, and no way may forget it.
NOTED = """
CREATE FUNCTION experts_note_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO experts_unpackedexpert (expert_key) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION experts_note_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO experts_unpackedexpert (expert_key) SELECT id FROM written;
    RETURN NULL;
END $$;
CREATE TRIGGER experts_unpacked_new AFTER INSERT ON experts_expert
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION experts_note_new();
CREATE TRIGGER experts_unpacked AFTER UPDATE OF phone, email, id_number, address, bank_account ON experts_expert
FOR EACH ROW WHEN (
    OLD.phone IS DISTINCT FROM NEW.phone OR OLD.email IS DISTINCT FROM NEW.email
    OR OLD.id_number IS DISTINCT FROM NEW.id_number OR OLD.address IS DISTINCT FROM NEW.address
    OR OLD.bank_account IS DISTINCT FROM NEW.bank_account
) EXECUTE FUNCTION experts_note_written();
-- No pack becomes another one's.
CREATE TRIGGER experts_searchpack_bound BEFORE UPDATE OF source, part ON experts_searchpack
FOR EACH ROW WHEN ((OLD.source, OLD.part) IS DISTINCT FROM (NEW.source, NEW.part))
EXECUTE FUNCTION core_keep_binding();
-- Ciphertexts do not become shorter.
ALTER TABLE experts_searchpack ALTER COLUMN content SET STORAGE EXTERNAL;
-- Those who are there already.
INSERT INTO experts_unpackedexpert (expert_key) SELECT id FROM experts_expert;
"""
UNNOTED = """
DROP TRIGGER experts_searchpack_bound ON experts_searchpack;
DROP TRIGGER experts_unpacked ON experts_expert;
DROP TRIGGER experts_unpacked_new ON experts_expert;
DROP FUNCTION experts_note_written();
DROP FUNCTION experts_note_new();
"""


class Migration(migrations.Migration):
    """Packs of encrypted values, by which parts of them are found; the index of the last digits
    goes (docs/decisions/0227)."""

    dependencies = [("experts", "0036_renewals"), ("core", "0006_tokens_made_anew")]

    operations = [
        migrations.CreateModel(
            name="SearchPack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=20, verbose_name="内容")),
                ("part", models.PositiveIntegerField(verbose_name="第几包")),
                (
                    "content",
                    expertpool.core.fields.EncryptedBytesField(verbose_name="检索内容"),
                ),
            ],
            options={
                "verbose_name": "检索包",
                "verbose_name_plural": "检索包",
                "ordering": ["source", "part"],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "part"), name="experts_pack_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="UnpackedExpert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("expert_key", models.BigIntegerField(verbose_name="专家")),
            ],
            options={
                "verbose_name": "待归入检索包的专家",
                "verbose_name_plural": "待归入检索包的专家",
            },
        ),
        migrations.RunSQL(NOTED, UNNOTED),
        migrations.RemoveIndex(model_name="expert", name="experts_phone_tail"),
        migrations.RemoveField(model_name="expert", name="phone_tail_index"),
    ]
