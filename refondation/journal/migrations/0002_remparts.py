"""The journal only grows, by its end: what the database refuses whoever asks."""

from django.db import migrations

POSER = """
CREATE FUNCTION journal_refuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Le journal ne se modifie pas et ne s''efface pas : écrivez une nouvelle ligne.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_ecriture_seule';
END $$;
CREATE TRIGGER journal_ecriture_seule BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_ligne
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuser();

CREATE FUNCTION journal_suivre() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    derniere journal_ligne%ROWTYPE;
BEGIN
    SELECT * INTO derniere FROM journal_ligne ORDER BY rang DESC LIMIT 1;
    IF NEW.rang <> COALESCE(derniere.rang, 0) + 1
        OR NEW.precedente <> COALESCE(derniere.empreinte, repeat('0', 64))
    THEN
        RAISE EXCEPTION 'Une ligne du journal suit la dernière : rang % attendu.', COALESCE(derniere.rang, 0) + 1
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_suite';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER journal_suite BEFORE INSERT ON journal_ligne
    FOR EACH ROW EXECUTE FUNCTION journal_suivre();
"""
RETIRER = """
DROP TRIGGER journal_suite ON journal_ligne;
DROP TRIGGER journal_ecriture_seule ON journal_ligne;
DROP FUNCTION journal_suivre();
DROP FUNCTION journal_refuser();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(POSER, RETIRER)]
