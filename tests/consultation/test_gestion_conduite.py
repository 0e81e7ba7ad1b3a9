"""An announced vote run over HTTP: dates, annulment, codes by hand, control."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from consultation import actes, tasks
from refondation.journal.models import Ligne
from refondation.membres.models import Adherent
from tests.consultation.scene import creer_compte, faire_scrutin
from tests.consultation.scene_gestion import (
    DANS_DIX_JOURS,
    dit,
    heure_locale,
    malgre_les_remparts,
    navigateur,
    navigateur_de,
    publier,
    route,
)
from tests.consultation.scene_votant import ouvrir_maintenant


def test_deplacer_les_dates(territoire):
    vote = faire_scrutin()
    client = navigateur_de(vote.admin)
    ouvre = timezone.now() + DANS_DIX_JOURS
    bonnes = {"ouvre_le": heure_locale(ouvre), "ferme_le": heure_locale(ouvre + timedelta(days=1))}
    inverses = {"ouvre_le": bonnes["ferme_le"], "ferme_le": bonnes["ouvre_le"]}
    assert client.post(route("dates", vote.scrutin), inverses).status_code == 422
    assert client.post(route("dates", vote.scrutin), bonnes).status_code == 302
    vote.scrutin.refresh_from_db()
    assert heure_locale(vote.scrutin.ouvre_le) == bonnes["ouvre_le"]


def test_annuler_demande_un_motif_et_une_certitude(vote_ouvert):
    client = navigateur_de(vote_ouvert.admin)
    adresse = route("annuler", vote_ouvert.scrutin)
    for envoi in ({}, {"motif": "technique"}, {"certain": "on"}, {"motif": "envie", "certain": "on"}):
        assert client.post(adresse, envoi).status_code == 422
    assert client.post(adresse, {"motif": "recours", "certain": "on"}).status_code == 302
    vote_ouvert.scrutin.refresh_from_db()
    assert (vote_ouvert.scrutin.etat, vote_ouvert.scrutin.motif) == ("annule", "recours")


def test_adresser_un_code_a_la_main(territoire, mailoutbox):
    vote = ouvrir_maintenant()
    client = navigateur_de(vote.admin)
    electeur = vote.electeurs()[0]
    Adherent.objects.filter(pk=electeur.adherent_id).update(courriel="nouvelle@exemple.fr")
    assert client.post(route("preparation", vote.scrutin), {"numero": "A999999"}).status_code == 422
    reponse = client.post(route("preparation", vote.scrutin), {"numero": electeur.adherent.numero})
    assert dit(reponse) == ["Le code part vers n…@exemple.fr."]
    assert mailoutbox[-1].to == ["nouvelle@exemple.fr"]


# --- Control --------------------------------------------------------------------------------------------


def test_controler_maintenant_se_garde_et_se_lit(vote_ouvert):
    client = navigateur("recolement")
    adresse = route("controle", vote_ouvert.scrutin)
    assert "Aucun contrôle n&#x27;a encore été fait" in client.get(adresse).content.decode().replace(
        "'", "&#x27;"
    )
    assert client.post(adresse).status_code == 302
    page = client.get(adresse).content.decode()
    assert "Aucune anomalie au dernier contrôle" in page
    assert vote_ouvert.scrutin.liste_empreinte in page
    controle = vote_ouvert.scrutin.controles.get()
    assert (controle.defauts, controle.urnes, controle.bulletins, controle.emargements) == ([], 2, 0, 0)
    assert controle.tetes in page
    assert Ligne.objects.filter(acte="consultation.controler").count() == 1


def test_un_incident_nouveau_alerte_la_commission_une_fois(
    vote_ouvert, mailoutbox, django_capture_on_commit_callbacks
):
    commission = creer_compte("recolement")
    malgre_les_remparts("UPDATE consultation_document SET texte = 'x'")
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.controler_les_urnes()
    (message,) = mailoutbox
    assert commission.email in message.bcc
    assert "Le document de cadrage n'est plus celui de l'annonce." in message.body
    page = navigateur_de(commission).get(route("controle", vote_ouvert.scrutin)).content.decode()
    assert "automatique" in page
    assert "Le document de cadrage n&#x27;est plus celui" in page
    assert vote_ouvert.scrutin.controles.count() == 2
    assert Ligne.objects.filter(acte="consultation.controler").count() == 1


def chiffres_par_urne(client, scrutin):
    """The cells of the table of boxes, box by box: signatures and credentials used."""
    texte = client.get(route("controle", scrutin)).content.decode().partition('id="c-urnes"')[2]
    cellules = re.findall(r'<td class="nombre">([^<]*)</td>', texte)
    return [tuple(cellules[i + 1 : i + 3]) for i in range(0, len(cellules), 3)], texte


@pytest.mark.parametrize("role", ["direction", "recolement", "administrateur"])
def test_la_direction_ne_lit_pas_le_chiffre_d_une_urne_peu_remplie(vote_ouvert, role):
    vote = vote_ouvert
    for electeur in vote.electeurs()[:3]:
        vote.voter(electeur)
    actes.controler_scrutin(scrutin=vote.scrutin)
    client = navigateur(role)
    lus, texte = chiffres_par_urne(client, vote.scrutin)
    page = client.get(route("controle", vote.scrutin)).content.decode()
    if role == "direction":
        # The empty box is hidden with the other, or the national figure would give that one away.
        assert lus == [("masqué", "masqué")] * 2
        assert "Un chiffre sous 10 personnes est masqué" in texte
        assert "masqués pour l'instant" in page
    else:
        assert sorted(lus) == [("0", "0"), ("3", "3")]
        assert "masqué" not in page


def test_la_direction_lit_les_urnes_d_un_resultat_publie(vote_ouvert):
    for electeur in vote_ouvert.electeurs()[:2]:
        vote_ouvert.voter(electeur)
    publier(vote_ouvert)
    lus, texte = chiffres_par_urne(navigateur("direction"), vote_ouvert.scrutin)
    assert sorted(lus) == [("0", "0"), ("2", "2")]
    assert "masqué" not in texte


def test_un_brouillon_ne_se_controle_pas(territoire):
    scrutin = faire_scrutin().scrutin
    client = navigateur("recolement")
    assert "Rien à contrôler" in client.get(route("controle", scrutin)).content.decode()
    assert client.post(route("controle", scrutin)).status_code == 409
