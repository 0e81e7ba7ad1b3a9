"""The chain: what it covers, what the database refuses, what the verification finds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from refondation.journal.actes import journaliser
from refondation.journal.chaine import ORIGINE, Verification, verifier
from refondation.journal.models import Ligne
from refondation.membres.models import Compte
from refondation.territoire.models import Federation, Section


@pytest.fixture
def compte(db: None) -> Compte:
    return Compte.objects.create(email="ada@exemple.fr", nom="Ada")


def ecrire(nombre: int, **champs: object) -> list[Ligne]:
    with transaction.atomic():
        return [journaliser(acte=f"essai.{i}", par=None, **champs) for i in range(nombre)]


def sans_declencheurs(sql: str, parametres: list | None = None) -> None:
    """What somebody with the database's full rights could do."""
    with transaction.atomic(), connection.cursor() as curseur:
        curseur.execute("SET LOCAL session_replication_role = replica")
        curseur.execute(sql, parametres or [])


def test_journaliser_enchaine(compte: Compte) -> None:
    federation = Federation.objects.create(code="31", nom="Haute-Garonne", nature="metropole")
    section = Section.objects.create(code="31001", nom="Toulouse", federation=federation)
    with transaction.atomic():
        a = journaliser(acte="essai.a", par=compte, objet=section, details={"n": 1})
        b = journaliser(acte="essai.b", par=None)
    assert (a.rang, a.precedente, a.acteur, a.objet) == (
        1,
        ORIGINE,
        compte,
        f"territoire.section:{section.pk}",
    )
    assert (a.federation, a.section, a.details) == (federation, section, {"n": 1})
    assert (b.rang, b.precedente, b.acteur, b.objet, b.federation, b.section, b.details) == (
        2, a.empreinte, None, "", None, None, {},
    )  # fmt: skip
    assert verifier() == Verification(2, b.empreinte)


@pytest.mark.django_db(transaction=True)
def test_journaliser_hors_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        journaliser(acte="essai", par=None)
    assert Ligne.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "details",
    [
        {"flottant": 1e5, "petit": 1e-7, "dixieme": 0.1},
        {10: "dix", 9: "neuf"},
        {"é": "à «»\u2028", "vide": None, "liste": [1, {"z": 1, "a": 2}]},
        {"grand": 2**80},
    ],
)
def test_journaliser_details_relus_a_l_identique(details: dict) -> None:
    ecrire(2, details=details)
    assert verifier().est_intacte


@pytest.mark.django_db
@pytest.mark.parametrize(
    "instant",
    [datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 9, 1, 12, 0, 0, 1, tzinfo=UTC)],
)
def test_journaliser_instant_relu_a_l_identique(instant: datetime) -> None:
    ecrire(1, instant=instant)
    assert verifier().est_intacte


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ordre",
    [
        "UPDATE journal_ligne SET acte = 'autre'",
        "UPDATE journal_ligne SET acte = 'autre' WHERE rang = 99",
        "DELETE FROM journal_ligne WHERE rang = 2",
        "TRUNCATE journal_ligne CASCADE",
    ],
)
def test_base_refuse(ordre: str) -> None:
    ecrire(2)
    connection.check_constraints()  # TRUNCATE waits for the deferred foreign keys
    with (
        pytest.raises(IntegrityError, match="ne se modifie pas et ne s'efface pas"),
        transaction.atomic(),
        connection.cursor() as curseur,
    ):
        curseur.execute(ordre)
    assert verifier().lignes == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("rang", "precedente"), [(4, None), (2, None), (3, "f" * 64)])
def test_base_refuse_une_ligne_qui_ne_suit_pas(rang: int, precedente: str | None) -> None:
    derniere = ecrire(2)[-1]
    intruse = Ligne(
        rang=rang,
        instant=derniere.instant,
        acte="essai.intruse",
        precedente=precedente or derniere.empreinte,
        empreinte="e" * 64,
    )
    with pytest.raises(IntegrityError, match="rang 3 attendu"), transaction.atomic():
        intruse.save()


ALTERATIONS: dict[str, tuple[str, str]] = {
    "acte": ("UPDATE journal_ligne SET acte = 'autre' WHERE rang = 2", "la ligne 2 a été modifiée"),
    "acteur": ("UPDATE journal_ligne SET acteur_id = NULL WHERE rang = 2", "la ligne 2 a été modifiée"),
    "objet": ("UPDATE journal_ligne SET objet = 'x:1' WHERE rang = 2", "la ligne 2 a été modifiée"),
    "instant": (
        "UPDATE journal_ligne SET instant = instant + interval '1 microsecond' WHERE rang = 2",
        "la ligne 2 a été modifiée",
    ),
    "détails": (
        """UPDATE journal_ligne SET details = '{"n": 3}' WHERE rang = 2""",
        "la ligne 2 a été modifiée",
    ),
    "empreinte": (
        "UPDATE journal_ligne SET empreinte = repeat('a', 64) WHERE rang = 2",
        "la ligne 2 a été modifiée",
    ),
    "lien": (
        "UPDATE journal_ligne SET precedente = repeat('a', 64) WHERE rang = 2",
        "la ligne 2 ne suit pas la précédente",
    ),
    "suppression": ("DELETE FROM journal_ligne WHERE rang = 2", "la ligne 2 manque"),
    "déplacement": ("UPDATE journal_ligne SET rang = 9 WHERE rang = 2", "la ligne 2 manque"),
}


@pytest.mark.parametrize("nom", ALTERATIONS)
def test_verifier_trouve_le_rang_altere(nom: str, compte: Compte) -> None:
    ordre, defaut = ALTERATIONS[nom]
    with transaction.atomic():
        lignes = [journaliser(acte="essai", par=compte, details={"n": i}) for i in range(3)]
    sans_declencheurs(ordre)
    assert verifier() == Verification(1, lignes[0].empreinte, defaut, 2)


@pytest.mark.django_db
def test_verifier_avec_repere_trouve_une_fin_coupee() -> None:
    lignes = ecrire(3)
    repere = (3, lignes[2].empreinte)
    assert verifier(repere=repere).est_intacte
    sans_declencheurs("DELETE FROM journal_ligne WHERE rang = 3")
    assert verifier().est_intacte  # nothing in the chain itself tells
    assert verifier(repere=repere) == Verification(2, lignes[1].empreinte, "la ligne 3 manque", 3)


@pytest.mark.django_db
def test_verifier_avec_repere_trouve_une_chaine_recrite() -> None:
    repere = (2, ecrire(2)[1].empreinte)
    sans_declencheurs("DELETE FROM journal_ligne")
    premiere = ecrire(3)[0]
    assert verifier().est_intacte
    assert verifier(repere=repere) == Verification(
        1, premiere.empreinte, "la ligne 2 n'est pas celle du repère", 2
    )


@pytest.mark.django_db
def test_verifier_journal_vide() -> None:
    assert verifier() == Verification(0, ORIGINE)


def appeler(*arguments: str) -> tuple[int, str, str]:
    sortie, erreurs, code = StringIO(), StringIO(), 0
    try:
        call_command("verifier_journal", *arguments, stdout=sortie, stderr=erreurs, no_color=True)
    except SystemExit as fin:
        code = fin.code
    return code, sortie.getvalue(), erreurs.getvalue()


@pytest.mark.django_db
def test_commande_verifier_journal() -> None:
    lignes = ecrire(2)
    assert appeler() == (0, f"Journal intact : 2 lignes, repère 2:{lignes[1].empreinte}\n", "")
    assert appeler("--repere", f"1:{lignes[0].empreinte}")[0] == 0
    assert appeler("--repere", f"1:{'0' * 64}") == (
        1, "", "Journal rompu : la ligne 1 n'est pas celle du repère. Les 0 premières lignes tiennent.\n",
    )  # fmt: skip
    sans_declencheurs("UPDATE journal_ligne SET acte = 'autre' WHERE rang = 2")
    assert appeler() == (
        1, "", "Journal rompu : la ligne 2 a été modifiée. Les 1 premières lignes tiennent.\n",
    )  # fmt: skip
    with pytest.raises(CommandError, match="attendu"):
        appeler("--repere", "deux")


@pytest.mark.django_db(transaction=True)
def test_journaliser_en_meme_temps_garde_une_seule_chaine() -> None:
    """Eight connections, five transactions of two lines each, half of them rolled back."""
    depart = threading.Barrier(8)
    erreurs: list[BaseException] = []

    def travailler(numero: int) -> None:
        try:
            depart.wait()
            for tour in range(5):
                with transaction.atomic():
                    journaliser(acte=f"essai.{numero}", par=None, details={"tour": tour})
                    journaliser(acte=f"essai.{numero}", par=None, details={"tour": tour})
                    transaction.set_rollback((numero + tour) % 2 == 0)
        except BaseException as erreur:  # reported by the main thread
            erreurs.append(erreur)
        finally:
            connection.close()

    fils = [threading.Thread(target=travailler, args=(i,)) for i in range(8)]
    executer(fils, lambda fil: fil.start())
    executer(fils, lambda fil: fil.join())
    assert erreurs == []
    assert list(Ligne.objects.order_by("rang").values_list("rang", flat=True)) == list(range(1, 41))
    assert verifier().lignes == 40
    assert verifier().est_intacte


def executer(fils: list[threading.Thread], geste: Callable[[threading.Thread], None]) -> None:
    for fil in fils:
        geste(fil)
