"""The voter's pages: who sees what and when, in how many queries; never a 500, never another's data."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from consultation import actes
from consultation.models import Scrutin
from consultation.views.place import CONSULTATIONS_PAR_MINUTE
from refondation.interface.formats import balise_moment
from refondation.membres.models import Adherent
from tests.consultation.scene import creer_adherents, creer_compte, creer_section, faire_scrutin
from tests.consultation.scene_votant import (
    JOUR,
    adresse,
    compte_de,
    compte_de_l_adherent,
    connecter,
    deposer,
    ouvrir_maintenant,
    ouvrir_session,
    preparer_le_vote,
)
from tests.membres.monde import donner_un_second_facteur

PUBLIQUES = ("scrutin", "document", "document_facile", "document_pdf", "urnes", "verifier", "secret")
PERSONNELLES = ("ma_place", "isoloir")


def controleuse():
    compte = creer_compte("recolement")
    donner_un_second_facteur(compte)
    return ouvrir_session(compte)


def avec_facile(vote):
    actes.rediger_document(
        scrutin=vote.scrutin,
        titre="Cadre",
        texte="# Cadre\n\nUn texte.",
        texte_facile="# Facile\n\nOui.",
        par=vote.admin,
    )
    return vote


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant()


class TestQuiVoitQuoi:
    """Every page × visitor, while the vote is a draft, announced, open, closed, annulled."""

    @pytest.fixture(params=["brouillon", "annonce", "ouvert", "clos", "annule"])
    def vote_a_chaque_moment(self, request, territoire):
        creer_adherents(territoire[0], 1, a_jour_au=None)
        if request.param == "brouillon":
            return avec_facile(faire_scrutin())
        vote = preparer_le_vote()
        if request.param in ("ouvert", "clos"):
            actes.ouvrir_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ouvre_le)
        if request.param == "clos":
            actes.clore_scrutin(scrutin=vote.scrutin, par=None, instant=vote.scrutin.ferme_le)
        if request.param == "annule":
            actes.annuler_scrutin(scrutin=vote.scrutin, motif="recours", par=vote.admin)
        vote.scrutin.refresh_from_db()
        return vote

    def statuts(self, client, vote, routes):
        return {r: client.get(adresse(r, vote)).status_code for r in routes}

    def test_les_pages_publiques(self, vote_a_chaque_moment):
        vote = vote_a_chaque_moment
        brouillon = vote.scrutin.etat == Scrutin.Etat.BROUILLON
        attendu = dict.fromkeys(PUBLIQUES, 404 if brouillon else 200)
        if not brouillon:
            attendu["document_facile"] = 404  # this document has none
        adherente = ouvrir_session(compte_de_l_adherent(Adherent.objects.order_by("pk")[0]))
        for client in (Client(), ouvrir_session(creer_compte()), adherente):
            assert self.statuts(client, vote, PUBLIQUES) == attendu
        assert self.statuts(controleuse(), vote, PUBLIQUES) == dict.fromkeys(PUBLIQUES, 200) | (
            {} if brouillon else {"document_facile": 404}
        )

    def test_les_pages_personnelles(self, vote_a_chaque_moment):
        vote = vote_a_chaque_moment
        brouillon = vote.scrutin.etat == Scrutin.Etat.BROUILLON
        for route in PERSONNELLES:
            reponse = Client().get(adresse(route, vote))
            assert (reponse.status_code, reponse["Location"].split("?")[0]) == (302, reverse("account_login"))
        electrice = Adherent.objects.exclude(a_jour_au=None).order_by("pk")[0]
        exclue = Adherent.objects.get(a_jour_au=None)
        pour = {
            "électrice": (ouvrir_session(compte_de_l_adherent(electrice)), 200),
            "exclue": (
                ouvrir_session(compte_de_l_adherent(exclue)),
                403 if vote.scrutin.etat in ("annonce", "ouvert") else 200,
            ),
        }
        for client, isoloir in pour.values():
            assert self.statuts(client, vote, PERSONNELLES) == (
                dict.fromkeys(PERSONNELLES, 404) if brouillon else {"ma_place": 200, "isoloir": isoloir}
            )

    def test_l_apercu_est_pour_le_controle(self, vote_a_chaque_moment):
        vote = vote_a_chaque_moment
        brouillon = vote.scrutin.etat == Scrutin.Etat.BROUILLON
        assert Client().get(adresse("apercu", vote)).status_code == 302
        simple = ouvrir_session(creer_compte())
        assert simple.get(adresse("apercu", vote)).status_code == (404 if brouillon else 403)
        reponse = controleuse().get(adresse("apercu", vote))
        assert reponse.status_code == 200
        page = reponse.content.decode()
        assert "data-apercu" in page
        assert 'data-depot-url=""' in page
        assert "data-code " not in page

    def test_une_controleuse_sans_second_facteur_ne_voit_que_ce_que_voit_le_public(
        self, vote_a_chaque_moment
    ):
        vote = vote_a_chaque_moment
        client = ouvrir_session(creer_compte("recolement"))
        brouillon = vote.scrutin.etat == Scrutin.Etat.BROUILLON
        assert client.get(adresse("scrutin", vote)).status_code == (404 if brouillon else 200)
        reponse = client.get(adresse("apercu", vote))
        assert (reponse.status_code, reponse["Location"]) == (302, reverse("second_facteur"))


def test_qui_tient_un_mandat_vote_sans_second_facteur(vote, territoire):
    """The office's powers need it, the ballot does not."""
    from refondation.membres.models import Mandat

    electeur = vote.electeurs()[0]
    compte = compte_de(electeur)
    Mandat.objects.create(
        compte=compte, role="secretaire_section", section=electeur.section, debut=vote.scrutin.reference_le
    )
    client = ouvrir_session(compte)
    assert client.get(adresse("isoloir", vote)).status_code == 200
    assert deposer(client, vote, electeur, vote.bulletin(electeur)).status_code == 201


class TestListe:
    def test_chaque_scrutin_dit_ou_j_en_suis(self, vote):
        un, autre = vote.electeurs()[:2]
        deposer(connecter(autre), vote, autre, vote.bulletin(autre))
        for client, mots in (
            (Client(), "Me connecter et voter"),
            (connecter(un), "Vous pouvez voter"),
            (connecter(autre), "Vous avez voté"),
        ):
            page = client.get(reverse("consultation:liste")).content.decode()
            assert mots in page
            assert vote.scrutin.nom in page

    def test_les_brouillons_sont_pour_le_controle(self, territoire):
        vote = faire_scrutin(nom="Secret encore")
        for client, visible in (
            (Client(), False),
            (ouvrir_session(creer_compte()), False),
            (controleuse(), True),
        ):
            assert ("Secret encore" in client.get(reverse("consultation:liste")).content.decode()) == visible
        assert vote.scrutin.etat == "brouillon"

    def test_le_vote_d_une_autre_section_n_encombre_personne(self, territoire):
        section = territoire[0]
        vote = ouvrir_maintenant(nom="Dans une section", perimetre="section", section=section)
        demenage = vote.electeurs()[0]
        Adherent.objects.filter(pk=demenage.adherent_id).update(section=territoire[1])
        for client, visible in (
            (Client(), False),
            (ouvrir_session(creer_compte()), False),
            (ouvrir_session(compte_de_l_adherent(creer_adherents(territoire[1], 1)[0])), False),
            (connecter(vote.electeurs()[1]), True),
            # On the roll, wherever the register puts them since.
            (connecter(demenage), True),
            (controleuse(), True),
        ):
            assert (
                "Dans une section" in client.get(reverse("consultation:liste")).content.decode()
            ) == visible
        for chemin in ("/", "/plan/"):
            assert "Dans une section" not in Client().get(chemin).content.decode()

    @pytest.mark.parametrize("nombre", [1, 3])
    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_scrutins(
        self, territoire, nombre, django_assert_num_queries
    ):
        votes = [ouvrir_maintenant(slug=f"s{i}") for i in range(nombre)]
        client = connecter(votes[0].electeurs()[0])
        with django_assert_num_queries(6):
            page = client.get(reverse("consultation:liste")).content.decode()
        assert page.count("Vous pouvez voter") == nombre

    def test_aucun_scrutin(self, db):
        assert "Aucun scrutin en cours" in Client().get(reverse("consultation:liste")).content.decode()


class TestScrutin:
    def test_la_page_montre_ce_que_chacun_peut_verifier(self, vote):
        page = Client().get(adresse("scrutin", vote)).content.decode()
        assert vote.scrutin.liste_empreinte in page
        for urne in vote.scrutin.urnes.all():
            assert urne.tete in page
            assert adresse("archive", vote, urne.uuid) in page
        for gardien in vote.scrutin.gardiens.all():
            assert gardien.nom in page
        assert "Acceptez-vous ?" in page
        assert "Oui" in page

    def test_un_seul_bouton_principal(self, vote):
        electeur = vote.electeurs()[0]
        for client in (Client(), connecter(electeur), controleuse()):
            for route in ("scrutin", "urnes", "verifier", "secret", "document"):
                page = client.get(adresse(route, vote)).content.decode()
                assert page.count("bouton-principal") <= 1, route

    @pytest.mark.parametrize("gardiens", [1, 3])
    def test_le_nombre_de_requetes_est_fixe(self, territoire, gardiens, django_assert_num_queries):
        vote = ouvrir_maintenant(gardiens=gardiens)
        client = connecter(vote.electeurs()[0])
        with django_assert_num_queries(11):
            assert client.get(adresse("scrutin", vote)).status_code == 200

    def test_la_situation_dit_l_heure_a_qui_lit_ailleurs(self, vote):
        ferme_le = str(balise_moment(vote.scrutin.ferme_le))
        for client, phrase in (
            (connecter(vote.electeurs()[0]), f"Jusqu'au {ferme_le}."),
            (Client(), f"Scrutin ouvert jusqu'au {ferme_le}"),
        ):
            assert phrase in client.get(adresse("scrutin", vote)).content.decode()
        assert f"Scrutin ouvert jusqu'au {ferme_le}" in Client().get(reverse("accueil")).content.decode()
        accueil = connecter(vote.electeurs()[0]).get(reverse("accueil")).content.decode()
        assert f"Jusqu'au {ferme_le}." in accueil

    def test_la_page_montre_la_participation_relevee(self, vote):
        page = Client().get(adresse("scrutin", vote)).content.decode()
        assert "La participation" in page
        assert "moins de 10" in page


class TestMaPlace:
    def test_sur_la_liste(self, vote):
        electeur = vote.electeurs()[0]
        page = connecter(electeur).get(adresse("ma_place", vote)).content.decode()
        assert "Oui." in page
        assert vote.urne(electeur).nom in page
        assert page.count("etat-refus") == 0

    def test_hors_liste_avec_la_raison_le_remede_et_la_date(self, territoire):
        (exclu,) = creer_adherents(territoire[0], 1, a_jour_au=None)
        vote = ouvrir_maintenant()
        page = ouvrir_session(compte_de_l_adherent(exclu)).get(adresse("ma_place", vote)).content.decode()
        assert "Aucune cotisation n&#x27;est enregistrée à votre nom." in page
        assert "Vous pouvez contester auprès de la commission de récolement" in page
        assert page.count('href="mailto:recolement@refondation.example"') == 1
        assert page.count("Manque</strong>") == 1

    def test_une_cotisation_payee_depuis_ne_change_pas_la_liste(self, territoire):
        (exclu,) = creer_adherents(territoire[0], 1, a_jour_au=None)
        vote = ouvrir_maintenant()
        Adherent.objects.filter(pk=exclu.pk).update(a_jour_au=vote.scrutin.cotisation_au)
        page = ouvrir_session(compte_de_l_adherent(exclu)).get(adresse("ma_place", vote)).content.decode()
        assert "Le registre a changé depuis" in page
        assert page.count("Manque</strong>") == 1

    def test_hors_perimetre_le_perimetre_est_nomme(self, territoire):
        vote = ouvrir_maintenant(perimetre="section", section=territoire[0], maillage="national")
        ailleurs = Adherent.objects.filter(section=territoire[3]).first()
        page = ouvrir_session(compte_de_l_adherent(ailleurs)).get(adresse("ma_place", vote)).content.decode()
        assert f"la section de {territoire[0].nom}" in page
        assert territoire[3].nom in page

    def test_un_brouillon_montre_au_controle_le_registre_d_aujourd_hui(self, territoire):
        vote = faire_scrutin()
        compte = creer_compte("recolement")
        donner_un_second_facteur(compte)
        compte.adherent = Adherent.objects.order_by("pk")[0]
        compte.save()
        page = ouvrir_session(compte).get(adresse("ma_place", vote)).content.decode()
        assert "vous y serez" in page

    def test_un_compte_sans_adhesion(self, vote):
        page = ouvrir_session(creer_compte()).get(adresse("ma_place", vote)).content.decode()
        assert "reliés" not in page
        assert "relié à aucune adhésion" in page

    def test_on_ne_demande_que_pour_soi_et_pas_sans_fin(self, vote):
        client = connecter(vote.electeurs()[0])
        for _ in range(CONSULTATIONS_PAR_MINUTE):
            assert client.get(adresse("ma_place", vote)).status_code == 200
        assert client.get(adresse("ma_place", vote)).status_code == 429

    def test_elle_n_est_gardee_nulle_part(self, vote):
        client = connecter(vote.electeurs()[0])
        for route in PERSONNELLES:
            assert "no-store" in client.get(adresse(route, vote))["Cache-Control"]


class TestDocument:
    @pytest.fixture
    def vote(self, territoire):
        vote = avec_facile(faire_scrutin())
        actes.rediger_document(
            scrutin=vote.scrutin,
            titre="Cadre",
            # Headings that skip levels, which PDF/UA refuses as they are.
            texte="# Cadre\n\n#### Un\n\nUn autre texte.\n\n## Deux\n\n## Trois",
            texte_facile="# Facile\n\nOui.",
            par=vote.admin,
        )
        actes.annoncer_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=vote.scrutin.ouvre_le - 5 * JOUR)
        vote.scrutin.refresh_from_db()
        return vote

    def test_la_version_soumise_au_vote_avec_son_sommaire(self, vote):
        page = Client().get(adresse("document", vote)).content.decode()
        assert page.count("<h1") == 1
        assert '<h2 id="t-un">Un</h2>' in page
        assert '<a href="#t-trois">Trois</a>' in page
        assert vote.scrutin.document_fige.empreinte in page
        assert "C'est cette version qui est soumise au vote" in page

    def test_une_version_ancienne_se_dit_telle(self, vote):
        page = Client().get(adresse("document_version", vote, 1)).content.decode()
        assert "Cette version n'est pas celle soumise au vote." in page
        assert Client().get(adresse("document_version", vote, 9)).status_code == 404

    def test_ce_qui_change_entre_deux_versions(self, vote):
        page = Client().get(adresse("document_versions", vote, 2, 3)).content.decode()
        assert "<ins>Titre : Un</ins>" in page
        assert '<span class="visuellement-cache">[ajout :</span>autre' in page
        assert Client().get(adresse("document_versions", vote, 2, 9)).status_code == 404

    def test_la_version_facile(self, vote):
        page = Client().get(adresse("document_facile", vote)).content.decode()
        assert "<p>Oui.</p>" in page

    def test_le_pdf_est_accessible_et_stable(self, vote):
        import io

        from pypdf import PdfReader

        reponses = [Client().get(adresse("document_pdf", vote)) for _ in range(2)]
        assert reponses[0].content == reponses[1].content
        assert reponses[0]["Content-Type"] == "application/pdf"
        lecteur = PdfReader(io.BytesIO(reponses[0].content))
        assert lecteur.trailer["/Root"]["/MarkInfo"]["/Marked"]
        texte = "".join(page.extract_text() for page in lecteur.pages)
        assert "Un autre texte." in texte
        assert "Version 3" in texte


def test_une_section_de_plus_ne_change_rien_aux_pages(vote, territoire):
    """Members who joined after the freeze are told so, not shown an error."""
    nouvelle = creer_section("31099", territoire[0].federation)
    (arrivee,) = creer_adherents(nouvelle, 1)
    client = ouvrir_session(compte_de_l_adherent(arrivee))
    assert client.get(adresse("scrutin", vote)).status_code == 200
    assert client.get(adresse("ma_place", vote)).status_code == 200
    assert client.get(adresse("isoloir", vote)).status_code == 403
