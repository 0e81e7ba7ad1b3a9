"""Prepared reads give back the models that the ORM would, and are planned once per connection."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection

from refondation.lectures import Lecture, curseur_prepare
from refondation.membres.connexion import ComptesPresents
from refondation.membres.models import Adherent, Compte, Import
from refondation.membres.sessions import SessionStore
from refondation.territoire.models import Federation, Section

pytestmark = pytest.mark.django_db

SECTIONS = Lecture(
    "FROM territoire_federation federation LEFT JOIN territoire_section section "
    "ON section.federation_id = federation.id WHERE federation.code = %s",
    sans=("federation.nom",),
    federation=Federation,
    section=Section,
)


@pytest.fixture
def federation() -> Federation:
    return Federation.objects.create(code="F1", nom="Fédération 1", nature="metropole")


def test_lire_rend_les_modeles_de_la_ligne(federation):
    section = Section.objects.create(code="F1001", nom="Section", federation=federation)
    assert SECTIONS.premiere("F1") == [federation, section]
    assert SECTIONS.premiere("F1")[1].nom == "Section"


def test_une_jointure_externe_sans_ligne_rend_aucun_modele(federation):
    assert SECTIONS.premiere("F1") == [federation, None]
    assert SECTIONS.premiere("F2") is None


def test_un_champ_laisse_de_cote_se_lit_plus_tard(federation, django_assert_num_queries):
    with django_assert_num_queries(1):
        lue, _ = SECTIONS.premiere("F1")
    assert lue.get_deferred_fields() == {"nom"}
    with django_assert_num_queries(1):
        assert lue.nom == "Fédération 1"


def test_un_champ_que_l_orm_convertit_est_refuse():
    with pytest.raises(TypeError, match="par_colonne"):
        Lecture("FROM membres_import lot", lot=Import).premiere()


def test_le_serveur_garde_la_requete_preparee():
    for valeur in (1, 2):
        with curseur_prepare() as curseur:
            curseur.execute("SELECT %s::int + 40", [valeur])
            assert curseur.fetchone() == (valeur + 40,)
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%+ 40"],
        )
        assert curseur.fetchall() == [(2,)]


@pytest.mark.parametrize(("actif", "sorti_le"), [(True, None), (False, None), (True, date(2026, 1, 2))])
def test_le_compte_d_une_session_vient_avec_sa_place(federation, actif, sorti_le, django_assert_num_queries):
    section = Section.objects.create(code="F1001", nom="Section", federation=federation)
    adherent = Adherent.objects.create(
        numero="A1",
        nom="Nom",
        prenom="Prénom",
        section=section,
        adhesion_le=date(2020, 1, 1),
        sorti_le=sorti_le,
    )
    compte = Compte.objects.create(email="a@exemple.fr", adherent=adherent, is_active=actif)
    with django_assert_num_queries(1):
        lu = ComptesPresents().get_user(compte.pk)
        attendu = (compte, "Fédération 1") if actif and sorti_le is None else (None, "")
        assert (lu, lu.adherent.section.federation.nom if lu else "") == attendu


def test_un_compte_sans_adherent_se_lit(django_assert_num_queries):
    compte = Compte.objects.create(email="a@exemple.fr")
    with django_assert_num_queries(1):
        lu = ComptesPresents().get_user(compte.pk)
        assert (lu, lu.adherent) == (compte, None)
    assert ComptesPresents().get_user(compte.pk + 1) is None


def test_une_session_perimee_ou_inconnue_est_vide():
    session = SessionStore()
    session["mot"] = "là"
    session.save()
    assert SessionStore(session.session_key)["mot"] == "là"
    session.set_expiry(-1)
    session.save()
    for cle in (session.session_key, "inconnue" * 4):
        relue = SessionStore(cle)
        assert (relue.is_empty(), relue.session_key) == (False, cle)
        assert (dict(relue.items()), relue.session_key) == ({}, None)


def test_le_cache_garde_son_client():
    cache.set("mot", "là", 10)
    assert cache.get("mot") == "là"
    assert cache._cache.get_client(write=True) is cache._cache.get_client()
