"""The trustee's addresses: JSON as static/js/gardien/gardien.js documents it, for that trustee alone."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.test import Client

from consultation import actes, tasks
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.models import AvisAuGardien, Evenement, Gardien, Scrutin
from consultation.models.urne import suivi_de
from consultation.views.gardien import TAILLE_DE_CLE, TAILLE_DE_PART
from tests.consultation.scene import creer_compte, faire_scrutin, ouvrir_le_vote
from tests.consultation.scene_gestion import compter, navigateur_de, part_de, route
from tests.consultation.scene_votant import lu


@pytest.fixture
def brouillon(territoire):
    """A draft whose two trustees have no key yet."""
    vote = faire_scrutin(gardiens=2)
    for gardien in vote.scrutin.gardiens.all():
        actes.remplacer_la_cle(gardien=gardien, par=vote.admin)
    return vote


@pytest.fixture
def clos(territoire):
    vote = ouvrir_le_vote(faire_scrutin(gardiens=2))
    for electeur in vote.electeurs()[::4]:
        vote.voter(electeur)
    vote.clore()
    return vote


def cle_neuve():
    _, cle = nouvelle_cle(groupe("BELENIOS-2048"))
    return {"pok": cle["pok"], "public_key": cle["public_key"]}


def poster(client, adresse, corps, **entetes):
    corps = corps if isinstance(corps, bytes) else json.dumps(corps)
    return client.post(
        adresse, corps, content_type="application/json", CONTENT_TYPE="application/json", **entetes
    )


def test_deposer_la_cle_puis_la_meme(brouillon):
    gardien = brouillon.scrutin.gardiens.first()
    client, cle = navigateur_de(gardien.compte), cle_neuve()
    assert client.get(route("gardien", brouillon.scrutin)).context["etat"] == "cle"
    adresse = route("gardien_cle", brouillon.scrutin)
    reponses = [poster(client, adresse, cle) for _ in range(2)]
    condense = hashlib.sha256(cle["public_key"].encode()).hexdigest()
    assert [(r.status_code, r.json()) for r in reponses] == [
        (201, {"empreinte": suivi_de(condense)}),
        (200, {"empreinte": suivi_de(condense)}),
    ]
    assert "no-store" in reponses[0]["Cache-Control"]
    assert lu(poster(client, adresse, cle_neuve())) == (409, "cle_deposee")
    gardien.refresh_from_db()
    assert gardien.cle["public_key"] == cle["public_key"]
    assert client.get(route("gardien", brouillon.scrutin)).context["etat"] == "attente"


CLES_REFUSEES = {
    "vide": b"",
    "pas du JSON": b"{",
    "une liste": [],
    "nulle": b"null",
    "clé privée en plus": {"pok": {"challenge": "1", "response": "1"}, "public_key": "4", "private_key": "1"},
    "preuve fausse": {"pok": {"challenge": "1", "response": "1"}, "public_key": "4"},
    "champ de travers": {"pok": "x", "public_key": "4"},
    "octets": b"\xff\xfe",
}


@pytest.mark.parametrize("cas", CLES_REFUSEES)
def test_une_cle_mal_formee_est_refusee(brouillon, cas):
    gardien = brouillon.scrutin.gardiens.first()
    adresse = route("gardien_cle", brouillon.scrutin)
    assert lu(poster(navigateur_de(gardien.compte), adresse, CLES_REFUSEES[cas])) == (400, "malforme")
    gardien.refresh_from_db()
    assert gardien.cle is None


def test_une_cle_trop_grande_est_refusee(brouillon):
    client = navigateur_de(brouillon.scrutin.gardiens.first().compte)
    corps = b" " * (TAILLE_DE_CLE + 1)
    assert lu(poster(client, route("gardien_cle", brouillon.scrutin), corps)) == (413, "trop_gros")


def test_la_cle_d_un_autre_gardien_est_refusee(brouillon):
    """Its proof is public: copying it must not make a second trustee of the same key."""
    un, deux = brouillon.scrutin.gardiens.all()
    cle, adresse = cle_neuve(), route("gardien_cle", brouillon.scrutin)
    assert poster(navigateur_de(un.compte), adresse, cle).status_code == 201
    assert lu(poster(navigateur_de(deux.compte), adresse, cle)) == (400, "malforme")


@pytest.mark.parametrize("nom", ["gardien_cle", "gardien_urnes", "gardien_part"])
def test_un_autre_que_le_gardien_est_refuse_en_json(clos, nom):
    args = [clos.scrutin.urnes.first().uuid] if nom == "gardien_part" else []
    adresse = route(nom, clos.scrutin, *args)
    demander = Client.get if nom == "gardien_urnes" else poster
    corps = [] if nom == "gardien_urnes" else [b"{}"]
    assert lu(demander(Client(), adresse, *corps)) == (401, "session")
    for role in (None, "administrateur", "recolement"):
        assert lu(demander(navigateur_de(creer_compte(role)), adresse, *corps)) == (403, "interdit"), role


def test_un_brouillon_n_existe_pas_pour_qui_n_y_garde_rien(brouillon):
    client = navigateur_de(creer_compte())
    assert lu(client.get(route("gardien_urnes", brouillon.scrutin))) == (404, "inconnu")
    assert client.get(route("gardien", brouillon.scrutin)).status_code == 404


def test_sans_jeton_csrf_c_est_dit_en_json(brouillon):
    client = navigateur_de(brouillon.scrutin.gardiens.first().compte, enforce_csrf_checks=True)
    assert lu(poster(client, route("gardien_cle", brouillon.scrutin), cle_neuve())) == (403, "csrf")
    jeton = client.get(route("gardien_urnes", brouillon.scrutin)).json()["jeton"]
    adresse = route("gardien_cle", brouillon.scrutin)
    assert poster(client, adresse, cle_neuve(), headers={"X-CSRFToken": jeton}).status_code == 201


def test_les_urnes_et_les_parts(clos):
    un, deux = clos.scrutin.gardiens.all()
    client = navigateur_de(un.compte)
    assert client.get(route("gardien", clos.scrutin)).context["etat"] == "attente"
    urne = clos.scrutin.urnes.first()
    assert lu(poster(client, route("gardien_part", clos.scrutin, urne.uuid), b"{}")) == (409, "pas_clos")
    compter(clos)
    assert client.get(route("gardien", clos.scrutin)).context["etat"] == "dechiffrement"
    corps = client.get(route("gardien_urnes", clos.scrutin)).json()
    assert corps["cle_publique"] == un.cle["public_key"]
    assert [u["livree"] for u in corps["urnes"]] == [False, False]
    for decrite in corps["urnes"]:
        urne = clos.scrutin.urnes.get(uuid=decrite["uuid"])
        assert (decrite["nom"], decrite["empreinte"]) == (urne.nom, urne.empreinte)
        assert Client().get(decrite["archive_url"]).status_code == 200
        autre = part_de(clos, deux, urne)
        assert lu(poster(client, decrite["depot_url"], autre)) == (400, "malforme")
        part = part_de(clos, un, urne)
        assert [poster(client, decrite["depot_url"], part).status_code for _ in range(2)] == [201, 200]
    assert [u["livree"] for u in client.get(route("gardien_urnes", clos.scrutin)).json()["urnes"]] == [
        True,
        True,
    ]
    assert client.get(route("gardien", clos.scrutin)).context["etat"] == "termine"
    # One of two: nothing is known.
    assert not Evenement.objects.filter(type="Result").exists()
    for urne in clos.scrutin.urnes.all():
        adresse = route("gardien_part", clos.scrutin, urne.uuid)
        poster(navigateur_de(deux.compte), adresse, part_de(clos, deux, urne))
    assert Evenement.objects.filter(type="Result").count() == 2
    actes.proclamer_resultat(scrutin=clos.scrutin)
    assert Scrutin.objects.get().etat == "depouille"
    adresse = route("gardien_part", clos.scrutin, urne.uuid)
    assert lu(poster(client, adresse, part)) in {(400, "malforme"), (409, "pas_clos")}


def test_une_part_demesuree_est_refusee(clos):
    compter(clos)
    client = navigateur_de(clos.scrutin.gardiens.first().compte)
    adresse = route("gardien_part", clos.scrutin, clos.scrutin.urnes.first().uuid)
    assert lu(poster(client, adresse, b" " * (TAILLE_DE_PART + 1))) == (413, "trop_gros")


def test_la_cle_privee_n_est_ecrite_nulle_part(clos):
    """Everything that the base holds of a vote, searched for the trustees' private keys."""
    from django.db import connection

    compter(clos)
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(consultation|journal)'"
        )
        for (table,) in curseur.fetchall():
            curseur.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")  # noqa: S608
            (texte,) = curseur.fetchone()
            for privee in clos.cles.values():
                assert str(privee) not in texte, table


def test_les_gardes_d_un_compte(clos):
    un = clos.scrutin.gardiens.first()
    page = navigateur_de(un.compte).get(route("gardes"))
    assert [(g.pk, etat) for g, etat in page.context["gardes"]] == [(un.pk, "attente")]
    assert "Vous ne gardez aucune clé" in navigateur_de(creer_compte()).get(route("gardes")).content.decode()
    assert Client().get(route("gardes")).status_code == 302


def test_l_appel_au_dechiffrement_part_une_fois(clos, mailoutbox, django_capture_on_commit_callbacks):
    assert Gardien.objects.a_prevenir().count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        compter(clos)
    attendus = sorted(g.compte.email for g in clos.scrutin.gardiens.all())
    assert sorted(m.bcc[0] for m in mailoutbox) == attendus
    assert all(route("gardien", clos.scrutin) in m.body for m in mailoutbox)
    tasks.prevenir_les_gardiens(clos.scrutin.pk)
    assert len(mailoutbox) == AvisAuGardien.objects.filter(genre="dechiffrement").count() == 2


def test_une_adresse_refusee_n_empeche_pas_l_autre(clos, mailoutbox, monkeypatch):
    from consultation import avis

    compter(clos)
    un = clos.scrutin.gardiens.first()
    envoyer = avis.appel_au_dechiffrement

    def capricieux(gardien):
        if gardien.pk == un.pk:
            raise OSError("boîte pleine")
        return envoyer(gardien)

    monkeypatch.setattr(avis, "appel_au_dechiffrement", capricieux)
    with pytest.raises(OSError, match="boîte pleine"):
        actes.appeler_au_dechiffrement(scrutin=clos.scrutin)
    assert AvisAuGardien.objects.exclude(gardien=un).count() == len(mailoutbox) == 1
    monkeypatch.setattr(avis, "appel_au_dechiffrement", envoyer)
    assert actes.appeler_au_dechiffrement(scrutin=clos.scrutin) == 1
    assert AvisAuGardien.objects.count() == len(mailoutbox) == 2
