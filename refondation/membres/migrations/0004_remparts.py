"""What the database holds true of the register and of imports, whatever writes to them."""

from django.db import migrations

POSER = """
-- One more at each write on members or sections, in the same transaction: see VersionDuRegistre.
CREATE FUNCTION membres_compter_une_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO membres_versionduregistre AS v (id, version) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET version = v.version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER adherent_version BEFORE INSERT OR UPDATE OR DELETE ON membres_adherent
    FOR EACH STATEMENT EXECUTE FUNCTION membres_compter_une_version();
CREATE TRIGGER section_version BEFORE INSERT OR UPDATE OR DELETE ON territoire_section
    FOR EACH STATEMENT EXECUTE FUNCTION membres_compter_une_version();

CREATE FUNCTION membres_exiger_sections_vivantes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM ecrits a JOIN territoire_section s ON s.id = a.section_id
        WHERE s.etat = 'remplacee' AND a.sorti_le IS NULL
    ) THEN
        RAISE EXCEPTION 'Une section fusionnée ou scindée n''a plus de membres.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'adherent_dans_une_section_vivante';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER adherent_inscrit_dans_une_section_vivante AFTER INSERT ON membres_adherent
    REFERENCING NEW TABLE AS ecrits FOR EACH STATEMENT EXECUTE FUNCTION membres_exiger_sections_vivantes();
CREATE TRIGGER adherent_reste_dans_une_section_vivante AFTER UPDATE ON membres_adherent
    REFERENCING NEW TABLE AS ecrits FOR EACH STATEMENT EXECUTE FUNCTION membres_exiger_sections_vivantes();

-- At the end of the transaction: whoever was in a section that is replaced has been moved.
CREATE FUNCTION membres_section_videe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM membres_adherent WHERE section_id = NEW.id AND sorti_le IS NULL) THEN
        RAISE EXCEPTION 'Une section fusionnée ou scindée n''a plus de membres.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'adherent_dans_une_section_vivante';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER section_videe AFTER UPDATE OF etat ON territoire_section
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.etat = 'remplacee')
    EXECUTE FUNCTION membres_section_videe();

CREATE FUNCTION membres_import_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.etat <> OLD.etat AND (OLD.etat, NEW.etat) NOT IN (
        ('depose', 'pret'), ('depose', 'refuse'), ('pret', 'confirme'), ('confirme', 'applique'),
        ('pret', 'depose'), ('confirme', 'depose'), ('confirme', 'pret'), ('applique', 'annule'),
        ('depose', 'abandonne'), ('pret', 'abandonne'), ('refuse', 'abandonne')
    ) THEN
        RAISE EXCEPTION 'Un import ne passe pas de « % » à « % ».', OLD.etat, NEW.etat
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'import_transition';
    END IF;
    IF (OLD.empreinte, OLD.depose_le, OLD.complet) IS DISTINCT FROM (NEW.empreinte, NEW.depose_le, NEW.complet)
        OR (OLD.applique_le IS NOT NULL AND OLD.applique_le IS DISTINCT FROM NEW.applique_le)
    THEN
        RAISE EXCEPTION 'Un import garde son fichier et ses dates.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'import_fige';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER import_transition BEFORE UPDATE ON membres_import
    FOR EACH ROW EXECUTE FUNCTION membres_import_transition();
"""
RETIRER = """
DROP TRIGGER import_transition ON membres_import;
DROP TRIGGER section_videe ON territoire_section;
DROP TRIGGER adherent_reste_dans_une_section_vivante ON membres_adherent;
DROP TRIGGER adherent_inscrit_dans_une_section_vivante ON membres_adherent;
DROP TRIGGER section_version ON territoire_section;
DROP TRIGGER adherent_version ON membres_adherent;
DROP FUNCTION membres_import_transition();
DROP FUNCTION membres_section_videe();
DROP FUNCTION membres_exiger_sections_vivantes();
DROP FUNCTION membres_compter_une_version();
"""


class Migration(migrations.Migration):
    dependencies = [("membres", "0003_imports"), ("territoire", "0002_histoire")]
    operations = [migrations.RunSQL(POSER, RETIRER)]
