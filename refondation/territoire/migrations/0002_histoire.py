"""A history of sections that cannot be incoherent: the rules of merges and splits, in the database."""

from django.db import migrations, models

POSER = """
CREATE FUNCTION territoire_controler_equivalence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Merges and splits wait in line: each one sees those that came before.
    PERFORM pg_advisory_xact_lock(7104533003);
    IF (SELECT count(DISTINCT federation_id) FROM territoire_section
        WHERE id IN (NEW.ancienne_id, NEW.nouvelle_id)) <> 1 THEN
        RAISE EXCEPTION 'Une fusion ou une scission reste dans une fédération.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'equivalence_une_federation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM territoire_equivalence e WHERE e.ancienne_id = NEW.ancienne_id AND e.id <> NEW.id
            AND (NEW.nature = 'fusion' OR e.nature <> NEW.nature OR e.date_effet <> NEW.date_effet)
    ) THEN
        RAISE EXCEPTION 'Cette section a déjà été remplacée.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'equivalence_une_fois';
    END IF;
    IF EXISTS (
        WITH RECURSIVE suite(id) AS (
            SELECT NEW.nouvelle_id
            UNION
            SELECT e.nouvelle_id FROM territoire_equivalence e JOIN suite ON e.ancienne_id = suite.id
        )
        SELECT 1 FROM suite WHERE id = NEW.ancienne_id
    ) THEN
        RAISE EXCEPTION 'Une section ne peut pas devenir celle dont elle vient.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'equivalence_sans_cycle';
    END IF;
    IF EXISTS (
        SELECT 1 FROM territoire_equivalence e
        WHERE (e.nouvelle_id = NEW.ancienne_id AND e.date_effet > NEW.date_effet)
            OR (e.ancienne_id = NEW.nouvelle_id AND e.date_effet < NEW.date_effet)
    ) THEN
        RAISE EXCEPTION 'Les dates se contredisent : une section ne change pas avant d''exister ni après sa fin.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'equivalence_dates_en_ordre';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER equivalence_controle BEFORE INSERT ON territoire_equivalence
    FOR EACH ROW EXECUTE FUNCTION territoire_controler_equivalence();

CREATE FUNCTION territoire_refuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER equivalence_figee BEFORE UPDATE OR DELETE OR TRUNCATE ON territoire_equivalence
    FOR EACH STATEMENT EXECUTE FUNCTION territoire_refuser('L''histoire des sections ne se récrit pas.');

CREATE FUNCTION territoire_section_sur_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une section ne change pas de fédération.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'section_sur_place';
END $$;
CREATE TRIGGER section_sur_place BEFORE UPDATE OF federation_id ON territoire_section
    FOR EACH ROW WHEN (OLD.federation_id IS DISTINCT FROM NEW.federation_id)
    EXECUTE FUNCTION territoire_section_sur_place();

-- At the end of the transaction: a section is replaced if and only if the history says by which.
CREATE FUNCTION territoire_section_coherente() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    section bigint;
    suites integer;
BEGIN
    IF TG_TABLE_NAME = 'territoire_section' THEN
        section := NEW.id;
    ELSE
        section := NEW.ancienne_id;
    END IF;
    SELECT count(*) INTO suites FROM territoire_equivalence WHERE ancienne_id = section;
    IF EXISTS (SELECT 1 FROM territoire_section WHERE id = section AND (etat = 'remplacee') <> (suites > 0)) THEN
        RAISE EXCEPTION 'Une section est remplacée si et seulement si une fusion ou une scission dit par laquelle.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'section_remplacee_par_une_autre';
    END IF;
    IF suites = 1 AND EXISTS (
        SELECT 1 FROM territoire_equivalence WHERE ancienne_id = section AND nature = 'scission'
    ) THEN
        RAISE EXCEPTION 'Une scission donne au moins deux sections.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'scission_en_deux';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER section_coherente AFTER INSERT OR UPDATE OF etat ON territoire_section
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION territoire_section_coherente();
CREATE CONSTRAINT TRIGGER equivalence_coherente AFTER INSERT ON territoire_equivalence
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION territoire_section_coherente();
"""
RETIRER = """
DROP TRIGGER equivalence_coherente ON territoire_equivalence;
DROP TRIGGER section_coherente ON territoire_section;
DROP TRIGGER section_sur_place ON territoire_section;
DROP TRIGGER equivalence_figee ON territoire_equivalence;
DROP TRIGGER equivalence_controle ON territoire_equivalence;
DROP FUNCTION territoire_section_coherente();
DROP FUNCTION territoire_section_sur_place();
DROP FUNCTION territoire_refuser();
DROP FUNCTION territoire_controler_equivalence();
"""


class Migration(migrations.Migration):
    dependencies = [("territoire", "0001_initial")]
    operations = [
        migrations.AddConstraint(
            model_name="equivalence",
            constraint=models.CheckConstraint(
                condition=models.Q(("nature__in", ("fusion", "scission"))),
                name="equivalence_nature_connue",
                violation_error_message="La nature est fusion ou scission.",
            ),
        ),
        migrations.RunSQL(POSER, RETIRER),
    ]
