"""A commitment lifted may be taken again; nobody commits while standing for governance."""

from django.db import migrations, models

FONCTION = """
-- The other side of `delegues_engagement_tenu`: who stands for governance withdraws before committing.
CREATE FUNCTION delegues_engagement_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    voulue text;
BEGIN
    SELECT g.fonction INTO voulue FROM delegues_candidaturealagouvernance g
    WHERE g.adherent_id = NEW.adherent_id AND g.retiree_le IS NULL
      AND g.election_le >= (NEW.accepte_le AT TIME ZONE 'Europe/Paris')::date AND g.election_le < NEW.jusqu_au
    LIMIT 1;
    IF voulue IS NOT NULL THEN
        RAISE EXCEPTION USING
            MESSAGE = format(
                'Cette personne est candidate à la gouvernance (%s) : elle ne peut pas s''engager.', voulue),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'engagement_possible';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("delegues", "0003_controle_a_deux")]

    operations = [
        migrations.RemoveConstraint(model_name="engagement", name="engagement_unique"),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("leve_le", None)),
                fields=("campagne", "adherent"),
                name="engagement_unique",
                violation_error_message="Cet engagement est déjà pris.",
            ),
        ),
        migrations.RunSQL(FONCTION, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE TRIGGER engagement_possible BEFORE INSERT ON delegues_engagement "
            "FOR EACH ROW EXECUTE FUNCTION delegues_engagement_possible();",
            migrations.RunSQL.noop,
        ),
    ]
