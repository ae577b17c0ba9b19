"""Customers' templates go to the papers app, with their files and the right to manage them."""

from django.db import migrations

# Entries of the log are part of its chain and stay: audit.actions.FORMER_NAMES.
MOVE = """
INSERT INTO papers_papertemplate
    (id, paper, project_kind, name, form, state, used_at, uploaded_at, uploaded_by_id)
SELECT id, sheet || '_sheet', project_kind, name, form, state, used_at, uploaded_at, uploaded_by_id
FROM draws_sheettemplate;
SELECT setval(pg_get_serial_sequence('papers_papertemplate', 'id'), max(id))
FROM papers_papertemplate HAVING max(id) IS NOT NULL;

UPDATE files_attachment SET subject_type = 'papers.papertemplate'
WHERE subject_type = 'draws.sheettemplate';
UPDATE django_content_type SET app_label = 'papers', model = 'papertemplate'
WHERE app_label = 'draws' AND model = 'sheettemplate';

UPDATE accounts_rolepermission SET code = 'papers.templates' WHERE code = 'draws.templates';
UPDATE accounts_knownpermission SET code = 'papers.templates' WHERE code = 'draws.templates';
UPDATE accounts_apitoken
SET scopes = replace(scopes::text, '"draws.templates"', '"papers.templates"')::jsonb
WHERE scopes ? 'draws.templates';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0016_rule_content"),
        ("papers", "0001_initial"),
        ("accounts", "0005_known_permissions"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(MOVE),
        migrations.DeleteModel(name="SheetTemplate"),
    ]
