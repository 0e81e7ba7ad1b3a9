"""A section that votes online: from the candidates to the draft minutes, through the engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from consultation import actes as scrutins
from consultation.actes import annoncer_scrutin, annuler_scrutin, deposer_cle
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.models import Gardien, Scrutin, Urne
from delegues import actes
from delegues.models import Campagne, Designation, Liste, ProcesVerbal
from refondation.journal.models import Ligne
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible
from tests.consultation.scene import Vote
from tests.consultation.scene_gestion import compter, dechiffrer, navigateur_de
from tests.delegues.scene import CALENDRIER, faire_compte, faire_designation
from tests.delegues.scene_candidatures import (
    TIRAGE,
    compte_de,
    faire_campagne,
    faire_liste,
    peupler,
    secretaire_de,
)
from tests.delegues.scene_proces_verbaux import relu

pytestmark = pytest.mark.django_db

OUVRE, FERME = (
    CALENDRIER["assemblees_du"] + timedelta(hours=8),
    CALENDRIER["assemblees_du"] + timedelta(days=3),
)
PENDANT, APRES = OUVRE + timedelta(hours=1), FERME + timedelta(minutes=1)


class Monde:
    """A section of twelve members that votes online, its administration, its secretary, a trustee."""

    def __init__(self, *, membres: int = 12, candidats: int = 3, sieges: int = 2, **champs: Any) -> None:
        self.campagne: Campagne = faire_campagne(mode="en-ligne", **champs)
        self.section, self.membres = peupler(nombre=membres)
        self.designation: Designation = faire_designation(
            self.campagne, self.section, sieges=sieges, mode="en-ligne"
        )
        self.listes = [faire_liste(self.designation, membre) for membre in self.membres[:candidats]]
        self.admin, self.gardien = faire_compte("administrateur"), faire_compte()
        self.secretaire = secretaire_de(self.section)

    def ordonner(self) -> list[Liste]:
        return actes.tirer_l_ordre(designation=self.designation, instant=TIRAGE)

    def preparer(self, **options: Any) -> Scrutin:
        return actes.preparer_le_scrutin(
            **{
                "designation": self.designation,
                "gardiens": [self.gardien],
                "ouvre_le": OUVRE,
                "ferme_le": FERME,
                "par": self.admin,
                "instant": TIRAGE,
            }
            | options
        )

    def annoncer(self, scrutin: Scrutin) -> Vote:
        """The trustee makes a key, the vote is announced, its box sealed."""
        vote = Vote(scrutin, self.admin)
        for gardien in Gardien.objects.filter(scrutin=scrutin):
            prive, cle = nouvelle_cle(groupe("BELENIOS-2048"))
            deposer_cle(gardien=gardien, cle=cle, par=gardien.compte)
            vote.cles[gardien.pk] = prive
        annoncer_scrutin(scrutin=scrutin, par=self.admin, instant=TIRAGE)
        for urne in Urne.objects.filter(scrutin=scrutin):
            scrutins.preparer_urne(urne=urne)
        scrutins.ouvrir_scrutin(scrutin=scrutin, par=None, instant=OUVRE)
        scrutin.refresh_from_db()
        return vote

    def publier(self, vote: Vote) -> None:
        scrutins.clore_scrutin(scrutin=vote.scrutin, par=None, instant=APRES)
        vote.scrutin.refresh_from_db()
        compter(vote)
        dechiffrer(vote)
        scrutins.proclamer_resultat(scrutin=vote.scrutin, instant=APRES)
        scrutins.publier_scrutin(scrutin=vote.scrutin, par=self.admin, instant=APRES)

    def reporter(self, **options: Any) -> ProcesVerbal:
        return actes.reporter_le_resultat(
            **{"designation": self.designation, "par": self.secretaire, "instant": APRES} | options
        )


def refus(code: str, appel: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(ActeImpossible) as erreur:
        appel(*args, **options)
    assert erreur.value.code == code
    return str(erreur.value)


def test_un_vote_de_section_de_bout_en_bout() -> None:
    monde = Monde()
    ordre = monde.ordonner()
    scrutin = monde.preparer()
    [question] = scrutin.questions.all()
    assert question.reponses() == [str(liste) for liste in ordre]
    assert (question.minimum, question.maximum, question.blanc_est_un_drapeau) == (1, 2, True)
    refus("resultat", monde.reporter)
    vote = monde.annoncer(scrutin)
    [urne] = scrutin.urnes.all()
    assert (urne.niveau, urne.section, urne.inscrits) == ("section", monde.section, 12)
    # The first cell is the blank flag, then one a candidate.
    choix = [[0, 1, 1, 0]] * 4 + [[0, 0, 1, 0]] * 2 + [[0, 0, 0, 1], [1, 0, 0, 0]]
    for inscription, cellules in zip(vote.electeurs(), choix, strict=False):
        vote.voter(inscription, [cellules], instant=PENDANT)
    refus("resultat", monde.reporter)
    monde.publier(vote)
    monde.designation.refresh_from_db()
    assert monde.designation.scrutin == scrutin

    pv = monde.reporter()
    assert (pv.etat, pv.inscrits, pv.votants, pv.blancs, pv.nuls) == ("brouillon", 12, 8, 1, 0)
    assert (pv.tenue_le, pv.lieu, pv.redacteur) == (FERME, "Vote en ligne", monde.secretaire)
    assert {v.liste_id: v.nombre for v in pv.voix.all()} == {
        liste.pk: voix for liste, voix in zip(ordre, (4, 6, 1), strict=True)
    }
    ligne = Ligne.objects.get(acte="delegues.reporter_le_resultat")
    urne.refresh_from_db()
    assert ligne.details == {"scrutin": scrutin.pk, "tetes": {urne.uuid: urne.tete}}
    assert monde.reporter() == pv
    assert ProcesVerbal.objects.count() == 1


def test_le_proces_verbal_se_signe_comme_les_autres() -> None:
    """Votes are those of the box, and no step lets anybody type others; two persons sign, the elected follow."""
    monde = Monde()
    ordre = monde.ordonner()
    vote = monde.annoncer(monde.preparer())
    for inscription, cellules in zip(
        vote.electeurs(), [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], strict=False
    ):
        vote.voter(inscription, [cellules], instant=PENDANT)
    monde.publier(vote)
    pv = monde.reporter()
    commun = {"par": monde.secretaire, "instant": APRES}
    refus(
        "en_ligne", actes.noter_le_depouillement, proces_verbal=pv, votants=3, blancs=0, nuls=0,
        voix={liste.pk: 1 for liste in ordre}, version=pv.version, **commun,
    )  # fmt: skip
    refus("en_ligne", actes.commencer_proces_verbal, designation=monde.designation, **commun)
    pv = actes.noter_les_incidents(
        proces_verbal=pv, incidents="", sans_incident=True, version=pv.version, **commun
    )
    second = monde.membres[5]
    pv = actes.designer_le_bureau(
        proces_verbal=pv, contresignataire=second, president=second, version=pv.version, **commun
    )
    pv = actes.presenter_proces_verbal(proces_verbal=pv, empreinte=relu(pv), **commun)
    assert next(e.candidature.liste_id for e in pv.elus.filter(qualite="titulaire")) == ordre[0].pk
    pv = actes.contresigner_proces_verbal(
        proces_verbal=pv, empreinte=pv.empreinte, par=compte_de(second), instant=APRES
    )
    monde.designation.refresh_from_db()
    assert (pv.etat, monde.designation.etat) == ("verrouille", "recue")
    refus("deja_signe", monde.reporter)


def test_un_seul_siege_le_blanc_est_une_reponse() -> None:
    monde = Monde(sieges=1)
    monde.ordonner()
    scrutin = monde.preparer()
    assert scrutin.questions.get().reponses()[-1] == "Blanc"
    vote = monde.annoncer(scrutin)
    for inscription, cellules in zip(vote.electeurs(), [[0, 1, 0, 0], [0, 0, 0, 1]], strict=False):
        vote.voter(inscription, [cellules], instant=PENDANT)
    monde.publier(vote)
    pv = monde.reporter()
    assert (pv.votants, pv.blancs) == (2, 1)
    assert [v.nombre for v in pv.voix.order_by("liste__rang")] == [0, 1, 0]


def test_le_document_dit_la_regle_et_chaque_candidature() -> None:
    monde = Monde()
    candidature = monde.listes[0].candidatures.get()
    candidature.profession = "# Le logement\n\nD'abord."
    candidature.save()
    monde.ordonner()
    texte = monde.preparer().documents.get().texte
    assert texte.startswith("# Qui se présente à Ville 31001\n")
    assert f"### {candidature}\n\n#### Le logement\n\nD'abord." in texte
    assert texte.count("Sans texte.") == 2


def test_une_petite_section_tient_une_assemblee() -> None:
    monde = Monde(membres=9)
    monde.ordonner()
    message = refus("seuil", monde.preparer)
    assert message == (
        "9 inscrit·es, moins que le seuil d'anonymat (10) : un vote en ligne ne protégerait pas leur secret. "
        "Cette section tient une assemblée."
    )
    assert Scrutin.objects.count() == 0


def test_seul_compte_qui_a_le_droit_de_voter() -> None:
    monde = Monde(membres=10)
    monde.membres[9].a_jour_au = date(2026, 1, 1)
    monde.membres[9].save()
    monde.ordonner()
    refus("seuil", monde.preparer)


def test_avec_une_seule_candidature_on_ne_vote_pas_en_ligne() -> None:
    monde = Monde(candidats=1)
    monde.ordonner()
    refus("une_seule", monde.preparer)


def test_l_ordre_se_tire_avant_le_scrutin() -> None:
    refus("ordre", Monde().preparer)


def test_une_section_en_assemblee_n_a_pas_de_scrutin() -> None:
    monde = Monde()
    monde.ordonner()
    Designation.objects.update(mode="assemblee")
    refus("assemblee", monde.preparer)
    refus("assemblee", monde.reporter)


@pytest.mark.parametrize(
    ("ouvre", "ferme"),
    [
        (CALENDRIER["assemblees_du"] - timedelta(seconds=1), FERME),
        (OUVRE, CALENDRIER["assemblees_au"] + timedelta(seconds=1)),
        (FERME, OUVRE),
    ],
)
def test_le_vote_tient_dans_le_temps_des_assemblees(ouvre: datetime, ferme: datetime) -> None:
    monde = Monde()
    monde.ordonner()
    refus("dates", monde.preparer, ouvre_le=ouvre, ferme_le=ferme)


def test_un_second_scrutin_seulement_si_le_premier_est_annule() -> None:
    monde = Monde()
    monde.ordonner()
    premier = monde.preparer()
    refus("scrutin", monde.preparer)
    annuler_scrutin(scrutin=premier, motif="technique", par=monde.admin)
    second = monde.preparer()
    assert (premier.slug, second.slug) == ("refondation-31001", "refondation-31001-2")


def test_un_bulletin_qui_portait_d_autres_noms_ne_fait_pas_un_proces_verbal() -> None:
    monde = Monde()
    monde.ordonner()
    scrutin = monde.preparer()
    scrutins.ecrire_question(
        scrutin=scrutin,
        question=scrutin.questions.get(),
        intitule="Autre question",
        options=["Oui", "Non"],
        par=monde.admin,
    )
    vote = monde.annoncer(scrutin)
    vote.voter(vote.electeurs()[0], [[1, 0, 0]], instant=PENDANT)
    monde.publier(vote)
    assert "autres candidatures" in refus("resultat", monde.reporter)


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["retraits_au"] - timedelta(seconds=1), "trop_tot"),
        (CALENDRIER["retraits_au"], None),
        (CALENDRIER["assemblees_au"] - timedelta(seconds=1), None),
        (CALENDRIER["assemblees_au"], "trop_tard"),
    ],
)
def test_quand_se_prepare_le_scrutin(instant: datetime, code: str | None) -> None:
    monde = Monde()
    monde.ordonner()
    if code:
        refus(code, monde.preparer, instant=instant)
    else:
        assert monde.preparer(instant=instant).etat == "brouillon"


def test_qui_prepare_et_qui_reporte() -> None:
    monde = Monde()
    monde.ordonner()
    autre_section, _ = peupler("31002", 1)
    federal = faire_compte("secretaire_federal", federation=monde.section.federation)
    comptes: list[Compte] = [monde.secretaire, federal, faire_compte("recolement"), faire_compte()]
    for compte in comptes:
        refus("interdit", monde.preparer, par=compte)
    for compte in (monde.admin, federal, secretaire_de(autre_section), faire_compte()):
        refus("interdit", monde.reporter, par=compte)


def test_la_liste_de_taches_mene_au_proces_verbal(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the section's page to the draft: one click once the result is published, and none before."""
    monde = Monde()
    client = navigateur_de(monde.secretaire)
    monde.ordonner()
    vote = monde.annoncer(monde.preparer())
    vote.voter(vote.electeurs()[0], [[0, 1, 1, 0]], instant=PENDANT)
    adresses = {
        route: reverse(f"delegues:{route}", args=["refondation", "31001"])
        for route in ("section", "en_ligne", "reporter")
    }
    with monkeypatch.context() as horloge:
        horloge.setattr("django.utils.timezone.now", lambda: APRES)
        tache = next(
            t for t in client.get(adresses["section"]).context["taches"] if t.titre == "Voter en ligne"
        )
        assert (tache.etat, tache.url) == ("attente", adresses["en_ligne"])
        assert client.get(adresses["en_ligne"]).context["peut_reporter"] is False
        assert client.post(adresses["reporter"]).status_code == 409
    monde.publier(vote)
    with monkeypatch.context() as horloge:
        horloge.setattr("django.utils.timezone.now", lambda: APRES)
        tache = next(
            t for t in client.get(adresses["section"]).context["taches"] if t.titre == "Voter en ligne"
        )
        assert (tache.etat, tache.action) == ("a-faire", "Commencer le procès-verbal")
        assert client.get(adresses["en_ligne"]).context["peut_reporter"] is True
        reponse = client.post(adresses["reporter"])
        assert reponse.url == ProcesVerbal.objects.get().get_absolute_url()
        assert client.get(adresses["en_ligne"]).context["peut_reporter"] is False
