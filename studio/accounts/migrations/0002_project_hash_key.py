from django.db import migrations, models

import studio.accounts.models


def a_key_each(apps, schema_editor):
    """A default is computed once for all rows there are: each project gets a key of its own."""
    for project in apps.get_model("accounts", "Project").objects.all():
        project.hash_key = studio.accounts.models.new_hash_key()
        project.save(update_fields=["hash_key"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="hash_key",
            field=models.CharField(
                default=studio.accounts.models.new_hash_key, editable=False, max_length=64
            ),
        ),
        migrations.RunPython(a_key_each, migrations.RunPython.noop),
    ]
