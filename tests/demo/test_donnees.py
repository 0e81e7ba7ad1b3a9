"""The demonstration's data: always the same, taken up after an interruption, never in another's database."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as reglages
from django.core.management import call_command
from django.db.models import Count, Sum
from django.utils import timezone

from consultation.controle import defauts
from consultation.models import Evenement, Scrutin
from refondation.demo import (
    complements,
    comptes,
    courriels,
    distribution,
    donnees,
    gardiens,
    histoire,
    registre,
    scrutins,
)
from refondation.journal.chaine import verifier as verifier_le_journal
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Mandat
from refondation.territoire.models import Federation, Section
from tests.demo.verifications import verifier_la_campagne

pytestmark = pytest.mark.django_db(transaction=True)
# Those of the national file, and the newcomers of a section whose roll grew.
NOMBRE = registre.NOMBRE + complements.ENTREES
# A third of the votes of the real demonstration, so that the suite stays short.
ARDEUR = 1 / 3
# State, boxes, people on the roll, voters: the same whatever the day of the first start.
FIGURES = {
    scrutins.RENCONTRES: ("publie", 73, 2220, 361),
    scrutins.RASSEMBLEMENT: ("clos", 1, 236, 45),
    scrutins.CADRE: ("ouvert", 65, 2141, 233),
    scrutins.FEUILLE: ("brouillon", 0, 0, 0),
    f"{distribution.SLUG}-33063": ("publie", 1, 14, 13),
}
PERSONNES = {
    "membre": "Bruno Poirier",
    "sympathisant": "Cyril Haddad",
    "couple": "Muriel Adam",
    "hors_liste": "Maud Prévost",
    "secretaire_section": "Michèle Renaud",
    "seconde": "Bastien Giraud",
    "candidat": "Florian Renard",
    "delegue": "Patrick Laporte",
    "secretaire_federal": "Maëlle Lemoine",
    "gestionnaire_federal": "Frédéric Duval",
    "direction": "Anne-Sophie François",
    "recolement": "Vincent Vincent",
    "recolement_2": "Maud Charpentier",
    "observateur": "Observation indépendante",
    "administrateur": "Administration nationale",
    "gardien": "Malo Kerbrat",
}


@pytest.fixture(autouse=True)
def _chez_nous(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LOCAL_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_BACKEND = "refondation.demo.courriels.BoiteDeDemonstration"
    monkeypatch.setattr(scrutins, "ARDEUR", ARDEUR)


def figures() -> dict[str, tuple[str, int, int, int]]:
    """For each vote: state, boxes, people on the roll, voters."""
    lignes = Scrutin.objects.annotate(
        n=Count("urnes"), inscrits=Sum("urnes__inscrits"), votants=Sum("urnes__emarges")
    ).values_list("slug", "etat", "n", "inscrits", "votants")
    return {slug: (etat, n, inscrits or 0, votants or 0) for slug, etat, n, inscrits, votants in lignes}


def test_interrompu_puis_repris_le_chargement_donne_toujours_la_meme_chose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A power cut while the open vote is being filled, a second start, a third that changes nothing."""
    vrai = scrutins.electeurs.deposer

    def couper(scrutin: Scrutin, bulletins: dict, **suite: object) -> int:
        if scrutin.slug != scrutins.CADRE:
            return vrai(scrutin, bulletins, **suite)
        vrai(scrutin, dict(list(bulletins.items())[:5]), **suite)
        raise KeyboardInterrupt

    monkeypatch.setattr(scrutins.electeurs, "deposer", couper)
    with pytest.raises(KeyboardInterrupt):
        donnees.charger(lambda _: None)
    assert figures()[scrutins.CADRE][3] == 5
    debut = comptes.fiche()["debut"]
    monkeypatch.setattr(scrutins.electeurs, "deposer", vrai)

    donnees.charger(lambda _: None)
    assert comptes.fiche() | {"comptes": None} == {"debut": debut, "comptes": None, "charge": True}
    comptes_lus = [modele.objects.count() for modele in (Federation, Section, Adherent)]
    assert comptes_lus == [108, 2343, NOMBRE]
    assert figures() == FIGURES
    assert {c.personnage.cle: c.nom for c in comptes.lire()} == PERSONNES
    for scrutin in Scrutin.objects.exclude(annonce_le=None):
        assert defauts(scrutin) == []

    lignes, tete = Ligne.objects.count(), Ligne.objects.order_by("-rang").first()
    donnees.charger(lambda _: None)
    assert (Ligne.objects.count(), figures()) == (lignes, FIGURES)

    # The journal reads as a history: in the order of time, and whole.
    instants = list(Ligne.objects.order_by("rang").values_list("instant", flat=True))
    assert instants == sorted(instants)
    assert verifier_le_journal(repere=(tete.rang, tete.empreinte)).est_intacte
    verifier_les_scrutins(datetime.fromisoformat(debut))
    verifier_les_roles()
    verifier_la_campagne()


def verifier_les_scrutins(debut: datetime) -> None:
    rencontres, rassemblement, cadre, reglement = (
        Scrutin.objects.get(slug=s)
        for s in (scrutins.RENCONTRES, scrutins.RASSEMBLEMENT, scrutins.CADRE, scrutins.FEUILLE)
    )
    # Open for weeks, and the question of the contribution with an answer for blank votes.
    assert cadre.ouvre_le < debut < cadre.ferme_le
    assert cadre.ferme_le - debut > timedelta(days=27)
    [question] = cadre.questions.all()
    assert "confier à la direction collégiale la mission d'élaborer la feuille de route" in question.intitule
    assert question.reponses() == ["Oui", "Non", "Blanc"]
    assert cadre.documents.get().texte == (Path(scrutins.__file__).parent / "document_cadre.md").read_text()
    assert cadre.urnes.filter(evenements__type=Evenement.Type.BALLOT).exists()

    # Published with as many answers as ballots, in each box.
    assert rencontres.publie_le < debut
    assert rencontres.urnes.filter(evenements__type=Evenement.Type.RESULT).count() == rencontres.urnes.count()

    # Counted as far as it can be without the visitor's trustee, whose file is there.
    types = set(Evenement.objects.filter(urne__scrutin=rassemblement).values_list("type", flat=True))
    assert types == {"Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption"}
    gardien = next(c.compte for c in comptes.lire() if c.personnage.cle == "gardien")
    part = rassemblement.gardiens.select_related("scrutin").get(compte=gardien)
    assert not part.dechiffrements.exists()
    assert gardiens.fichier_de_cle(part).stat().st_mode & 0o077 == 0
    assert (reglages.LOCAL_DIR / "cles").is_dir()

    # The draft lacks that trustee's key, and nothing else.
    from consultation.actes.annonce import manques

    [manque] = manques(reglement, timezone.now())
    assert manque.startswith(str(gardien))


def verifier_les_roles() -> None:
    tous = {c.personnage.cle: c.compte for c in comptes.lire()}
    assert set(tous) == {p.cle for p in comptes.PERSONNAGES}
    assert Mandat.objects.filter(role=Mandat.Role.DIRECTION).count() == 29
    membre, exclu = (
        Scrutin.objects.get(slug=scrutins.CADRE).inscriptions.get(adherent=tous[cle].adherent)
        for cle in ("membre", "hors_liste")
    )
    assert (membre.motifs, exclu.motifs) == (0, 8)  # dues, and nothing else
    assert not hasattr(membre, "emargement")
    sympathisant, conjoint = (
        Scrutin.objects.get(slug=scrutins.CADRE).inscriptions.get(adherent=tous[cle].adherent)
        for cle in ("sympathisant", "couple")
    )
    assert (sympathisant.motifs, sympathisant.college) == (0, "consultatif")
    assert (conjoint.motifs, conjoint.college) == (0, "deliberatif")
    # The shared address has one letter for each of the two, which says whom it is for.
    adresse = tous["couple"].adherent.courriel
    prenoms = list(Adherent.objects.filter(courriel=adresse).values_list("prenom", flat=True))
    lettres = [c.texte for c in courriels.recus(adresse)]
    assert (len(prenoms), len(lettres)) == (2, 2)
    for prenom in prenoms:
        assert sum(f"Ce message est pour vous, {prenom} (" in lettre for lettre in lettres) == 1
    # Members of the section that meets today were called to its assembly.
    for cle in ("seconde", "candidat"):
        assert any("assemblée" in c.objet.lower() for c in courriels.recus(tous[cle].email))
    [courriel] = courriels.recus(tous["membre"].email)
    assert courriel.objet.startswith("Votez")
    assert f"/scrutins/{scrutins.CADRE}/voter/#code=" in courriel.texte
    assert courriels.recus(tous["hors_liste"].email) == []


def test_une_base_qui_sert_a_autre_chose_est_laissee(db: None) -> None:
    comptes.installer_l_administration()
    avant = Ligne.objects.count()
    with pytest.raises(donnees.BaseOccupee, match="rien n'y est chargé"):
        donnees.charger(lambda _: None)
    assert Ligne.objects.count() == avant
    assert Scrutin.objects.count() == Adherent.objects.count() == 0


def test_la_fiche_d_une_base_disparue_ne_sert_plus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was dropped, the folder stayed: all is loaded anew."""
    comptes.noter({"debut": "2020-01-01T00:00:00+00:00", "comptes": {"membre": 1}, "charge": True})
    monkeypatch.setattr(histoire, "charger", lambda monde: None)
    donnees.charger(lambda _: None)
    assert Adherent.objects.count() == registre.NOMBRE
    assert comptes.fiche()["debut"] > "2026"


def test_la_commande_dit_qu_une_base_est_occupee(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import CommandError

    comptes.installer_l_administration()
    with pytest.raises(CommandError, match="Cette base contient déjà autre chose"):
        call_command("demo")
