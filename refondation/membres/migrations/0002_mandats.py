"""Twenty-nine seats at the leadership, and no role held twice at once in the same perimeter."""

from django.db import migrations

POSER = """
CREATE FUNCTION membres_controler_mandat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    duree daterange;
    comble date;
BEGIN
    IF NEW.fin < NEW.debut THEN
        RETURN NEW;  -- the constraint mandat_fin_apres_debut refuses it in its own words
    END IF;
    duree := daterange(NEW.debut, NEW.fin);
    -- Appointments wait in line: each one sees those that came before.
    PERFORM pg_advisory_xact_lock(7104533002);
    IF EXISTS (
        SELECT 1 FROM membres_mandat m
        WHERE m.id <> NEW.id AND m.compte_id = NEW.compte_id AND m.role = NEW.role
            AND m.section_id IS NOT DISTINCT FROM NEW.section_id
            AND m.federation_id IS NOT DISTINCT FROM NEW.federation_id
            AND daterange(m.debut, m.fin) && duree
    ) THEN
        RAISE EXCEPTION 'Cette personne tient déjà ce rôle à ces dates.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'mandat_sans_doublon';
    END IF;
    IF NEW.role = 'direction' THEN
        -- The number of seats taken only rises on the day when a mandate begins.
        SELECT jour INTO comble FROM (
            SELECT NEW.debut AS jour
            UNION SELECT m.debut FROM membres_mandat m WHERE m.role = 'direction' AND m.debut <@ duree
        ) AS jours
        WHERE NOT isempty(duree) AND 29 <= (
            SELECT count(*) FROM membres_mandat m
            WHERE m.role = 'direction' AND m.id <> NEW.id AND jours.jour <@ daterange(m.debut, m.fin)
        )
        ORDER BY jour LIMIT 1;
        IF comble IS NOT NULL THEN
            RAISE EXCEPTION
                'La direction collégiale compte 29 sièges, tous occupés le %. Terminez d''abord un mandat.',
                to_char(comble, 'DD/MM/YYYY')
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'mandat_direction_29_sieges';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mandat_controle BEFORE INSERT OR UPDATE ON membres_mandat
    FOR EACH ROW EXECUTE FUNCTION membres_controler_mandat();
"""
RETIRER = """
DROP TRIGGER mandat_controle ON membres_mandat;
DROP FUNCTION membres_controler_mandat();
"""


class Migration(migrations.Migration):
    dependencies = [("membres", "0001_initial")]
    operations = [migrations.RunSQL(POSER, RETIRER)]
