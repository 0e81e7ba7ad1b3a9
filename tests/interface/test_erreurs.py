"""Pages of error: each is a sound page, says what happened, and needs neither session nor database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error

from refondation.membres.models import Compte
from tests.interface.lecture import defauts_de, texte_de

Session = Callable[..., Client]


@pytest.mark.django_db
def test_page_introuvable(client: Client, membre: Compte, session: Session) -> None:
    for navigateur in (client, session(membre, "code")):
        reponse = navigateur.get("/nulle-part/")
        assert (reponse.status_code, defauts_de(reponse)) == (404, [])
        assert "Cette page n'existe pas, ou plus" in texte_de(reponse)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("vue", "statut"), [(bad_request, 400), (permission_denied, 403), (page_not_found, 404)]
)
def test_les_pages_d_erreur_tiennent_sans_session(rf: RequestFactory, vue: Callable, statut: int) -> None:
    reponse = vue(rf.get("/"), Exception("détail interne"))
    assert (reponse.status_code, defauts_de(reponse)) == (statut, [])
    assert "détail interne" not in texte_de(reponse)


def test_la_page_de_panne_n_a_besoin_de_rien(rf: RequestFactory) -> None:
    """No database here: the mark is absent on purpose."""
    reponse = server_error(rf.get("/"))
    assert (reponse.status_code, defauts_de(reponse)) == (500, [])
    assert "Une panne est survenue" in texte_de(reponse)


@pytest.mark.django_db
def test_un_formulaire_sans_jeton_est_refuse_en_mots() -> None:
    client = Client(enforce_csrf_checks=True)
    reponse = client.post(reverse("account_login"), {"identite": "M00001"})
    assert (reponse.status_code, defauts_de(reponse)) == (403, [])
    assert "Cette page a attendu trop longtemps" in texte_de(reponse)
