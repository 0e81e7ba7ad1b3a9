"""Why seats were adopted and why a campaign was annulled: two fields that the triggers let be written."""

from django.db import migrations, models
from django.db.models import Q

CAMPAGNE = """
CREATE OR REPLACE FUNCTION delegues_campagne_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    libres text[] := ARRAY['etat', 'annoncee_le', 'presentation', 'annulation'];
BEGIN
    IF OLD.etat <> NEW.etat AND (OLD.etat, NEW.etat) NOT IN (
        ('preparation', 'ouverte'), ('ouverte', 'close'), ('preparation', 'annulee'), ('ouverte', 'annulee'))
    THEN
        RAISE EXCEPTION USING MESSAGE = format('Une campagne ne passe pas de « %s » à « %s ».', OLD.etat, NEW.etat),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'campagne_transition';
    END IF;
    IF OLD.etat <> 'preparation' AND (to_jsonb(OLD) - libres) <> (to_jsonb(NEW) - libres) THEN
        RAISE EXCEPTION USING MESSAGE = 'Une campagne annoncée ne change plus de règles.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'campagne_figee';
    END IF;
    RETURN NEW;
END $$;
"""

REPARTITION = """
CREATE OR REPLACE FUNCTION delegues_repartition_figee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    libres text[] := ARRAY['adoptee_le', 'motif'];
BEGIN
    IF (to_jsonb(OLD) - libres) <> (to_jsonb(NEW) - libres) OR OLD.adoptee_le IS NOT NULL THEN
        RAISE EXCEPTION USING MESSAGE = 'Une répartition calculée ne se réécrit pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'repartition_figee';
    END IF;
    RETURN NEW;
END $$;

-- Its lines are written with it, and never after.
CREATE TRIGGER part_figee BEFORE UPDATE OR DELETE ON delegues_part
    FOR EACH STATEMENT EXECUTE FUNCTION delegues_refuser('Une répartition calculée ne se réécrit pas.');
"""


class Migration(migrations.Migration):
    dependencies = [("delegues", "0006_convocations")]

    operations = [
        migrations.AddField(
            model_name="campagne",
            name="annulation",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=300, verbose_name="annulée parce que"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="repartition",
            name="motif",
            field=models.CharField(
                blank=True, default="", max_length=300, verbose_name="adoptée parce que"
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="campagne",
            constraint=models.CheckConstraint(
                condition=Q(("annulation", ""), ("etat", "annulee"), _connector="XOR"),
                name="campagne_annulation_motivee",
                violation_error_message="Une campagne annulée dit pourquoi, et elle seule.",
            ),
        ),
        migrations.RunSQL(CAMPAGNE, migrations.RunSQL.noop),
        migrations.RunSQL(REPARTITION, migrations.RunSQL.noop),
    ]
