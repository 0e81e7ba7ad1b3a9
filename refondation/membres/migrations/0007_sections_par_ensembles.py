"""Members and their sections: what a foreign key promises, checked once a statement instead of once a line."""

import django.db.models.deletion
from django.db import migrations, models

POSER = """
CREATE OR REPLACE FUNCTION membres_exiger_sections_vivantes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- As a foreign key does: these sections cannot go away before this transaction ends.
    PERFORM 1 FROM territoire_section WHERE id IN (SELECT section_id FROM ecrits) FOR KEY SHARE;
    IF EXISTS (
        SELECT 1 FROM ecrits a WHERE NOT EXISTS (SELECT 1 FROM territoire_section s WHERE s.id = a.section_id)
    ) THEN
        RAISE EXCEPTION 'Cette section n''existe pas.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'adherent_dans_une_section';
    END IF;
    IF EXISTS (
        SELECT 1 FROM ecrits a JOIN territoire_section s ON s.id = a.section_id
        WHERE s.etat = 'remplacee' AND a.sorti_le IS NULL
    ) THEN
        RAISE EXCEPTION 'Une section fusionnée ou scindée n''a plus de membres.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'adherent_dans_une_section_vivante';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION membres_garder_la_section() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM membres_adherent WHERE section_id = OLD.id) THEN
        RAISE EXCEPTION 'Cette section a des membres : elle ne s''efface pas.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'adherent_dans_une_section';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER section_gardee BEFORE DELETE OR UPDATE OF id ON territoire_section
    FOR EACH ROW EXECUTE FUNCTION membres_garder_la_section();
"""
RETIRER = """
DROP TRIGGER section_gardee ON territoire_section;
DROP FUNCTION membres_garder_la_section();
"""


class Migration(migrations.Migration):
    dependencies = [("membres", "0006_adresse_par_hachage"), ("territoire", "0002_histoire")]
    operations = [
        migrations.RunSQL(POSER, RETIRER),
        migrations.AlterField(
            model_name="adherent",
            name="section",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adherents",
                to="territoire.section",
            ),
        ),
    ]
