"""The public side of a box: its trackers, its archive at any moment, and finding one's own ballot."""

from __future__ import annotations

import subprocess

import pytest
from django.test import Client

from consultation import chaine
from consultation.belenios.verificateur import verifier_archive
from consultation.chaine import lire_archive
from consultation.models import Evenement, Urne
from consultation.suivi import NumeroMalForme, lire_le_suivi
from consultation.views import bulletins
from tests.consultation.scene_votant import adresse, connecter, deposer, ouvrir_maintenant, preparer_le_vote
from tests.javascript.outil_belenios import programme


@pytest.fixture
def vote(territoire):
    return ouvrir_maintenant(revote=True)


def voter(vote, electeur, choix=None):
    """The tracker of a ballot cast now."""
    reponse = deposer(connecter(electeur), vote, electeur, vote.bulletin(electeur, choix))
    assert reponse.status_code == 201
    return reponse.json()["suivi"]


def electeurs_d_une_urne(vote, nombre):
    """(box, its first voters)."""
    tous = vote.electeurs()
    urne = vote.urne(tous[0])
    return urne, [e for e in tous if vote.urne(e) == urne][:nombre]


def telecharger(vote, urne):
    reponse = Client().get(adresse("archive", vote, urne.uuid))
    return reponse, b"".join(reponse.streaming_content)


class TestArchive:
    def test_l_archive_est_acceptee_par_l_outil_independant(self, vote, tmp_path):
        urne, electeurs = electeurs_d_une_urne(vote, 3)
        for electeur in electeurs:
            voter(vote, electeur)
        voter(vote, electeurs[0], [[0, 0, 1]])
        reponse, octets = telecharger(vote, urne)
        assert reponse["Content-Disposition"] == f'attachment; filename="{urne.uuid}.bel"'
        assert reponse["Content-Type"] == "application/octet-stream"
        assert reponse["X-Content-Type-Options"] == "nosniff"
        fichier = tmp_path / f"{urne.uuid}.bel"
        fichier.write_bytes(octets)
        outil = subprocess.run(
            [programme("belenios-tool", "belenios-tool"), "election", "verify", "--dir", tmp_path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert outil.returncode == 0, outil.stderr
        verifier_archive(fichier)

    def test_une_archive_commencee_avant_un_depot_est_un_prefixe(self, vote, monkeypatch):
        """The head is fixed when the download starts, however long it takes."""
        monkeypatch.setattr(chaine, "EVENEMENTS_PAR_LECTURE", 1)
        urne, (un, autre) = electeurs_d_une_urne(vote, 2)
        voter(vote, un)
        boite = Urne.objects.get(pk=urne.pk)
        lecture = lire_archive(boite)
        debut = next(lecture) + next(lecture)
        voter(vote, autre)
        avant = debut + b"".join(lecture)
        apres = telecharger(vote, urne)[1]
        assert len(avant) < len(apres)
        assert apres.startswith(avant)
        assert avant.count(b'"type":"Ballot"') == 1

    def test_l_archive_ne_tient_jamais_en_memoire(self, vote, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(chaine, "EVENEMENTS_PAR_LECTURE", 2)
        urne, electeurs = electeurs_d_une_urne(vote, 4)
        for electeur in electeurs:
            voter(vote, electeur)
        boite = Urne.objects.get(pk=urne.pk)
        with django_assert_num_queries(3):  # heights 0-1, 2-3, 4
            morceaux = list(lire_archive(boite))
        assert [m.count(b'"type":"Ballot"') for m in morceaux] == [0, 1, 2, 1]

    def test_l_archive_inchangee_n_est_pas_renvoyee(self, vote):
        urne, (un,) = electeurs_d_une_urne(vote, 1)
        reponse, _ = telecharger(vote, urne)
        assert reponse["ETag"] == f'"{urne.tete}"'
        url = adresse("archive", vote, urne.uuid)
        assert Client().get(url, headers={"if-none-match": reponse["ETag"]}).status_code == 304
        voter(vote, un)
        assert Client().get(url, headers={"if-none-match": reponse["ETag"]}).status_code == 200

    def test_une_urne_en_preparation_ou_d_un_autre_scrutin_n_a_pas_d_archive(self, vote):
        autre = preparer_le_vote(slug="autre")
        urne = vote.scrutin.urnes.first()
        assert Client().get(adresse("archive", autre, urne.uuid)).status_code == 404
        assert Client().get(adresse("archive", vote, "inconnue")).status_code == 404

    def test_les_telechargements_sont_freines(self, vote, monkeypatch):
        monkeypatch.setattr(bulletins, "ARCHIVES_PAR_MINUTE", 2)
        url = adresse("archive", vote, vote.scrutin.urnes.first().uuid)
        assert [Client().get(url).status_code for _ in range(3)] == [200, 200, 429]


class TestListe:
    def test_l_urne_liste_les_suivis_dans_l_ordre_de_la_chaine(self, vote):
        urne, electeurs = electeurs_d_une_urne(vote, 3)
        suivis = [voter(vote, e) for e in electeurs]
        suivis.append(voter(vote, electeurs[0], [[0, 1, 0]]))
        page = Client().get(adresse("urne", vote, urne.uuid)).content.decode()
        places = [page.index(s.replace("+", "+")) for s in suivis]
        assert places == sorted(places)
        assert page.count("Remplacé par un bulletin plus récent") == 1
        assert Urne.objects.get(pk=urne.pk).tete in page
        assert "dont remplacés par un plus récent" in page

    @pytest.mark.parametrize("nombre", [1, 3])
    def test_le_nombre_de_requetes_est_fixe(self, vote, nombre, django_assert_num_queries):
        urne, electeurs = electeurs_d_une_urne(vote, nombre)
        for electeur in electeurs:
            voter(vote, electeur)
        with django_assert_num_queries(5):
            page = Client().get(adresse("urne", vote, urne.uuid)).content.decode()
        assert page.count('<li id="b-') == nombre

    def test_la_liste_a_des_pages(self, vote, monkeypatch):
        monkeypatch.setattr(bulletins, "SUIVIS_PAR_PAGE", 2)
        urne, electeurs = electeurs_d_une_urne(vote, 3)
        suivis = [voter(vote, e) for e in electeurs]
        premiere, seconde = (
            Client().get(adresse("urne", vote, urne.uuid), {"page": n}).content.decode() for n in (1, 2)
        )
        assert [s in premiere for s in suivis] == [True, True, False]
        assert [s in seconde for s in suivis] == [False, False, True]
        assert 'start="3"' in seconde

    def test_les_urnes_se_cherchent_par_leur_nom(self, vote):
        for recherche, nombre in (("", 2), ("75", 1), ("fédération 3", 1), ("rien de tel", 0)):
            page = Client().get(adresse("urnes", vote), {"q": recherche}).content.decode()
            assert page.count('scope="row"') == nombre, recherche
        assert "Aucune urne de ce nom" in page

    @pytest.mark.parametrize("maillage", ["federation", "section"])
    def test_la_liste_des_urnes_a_un_nombre_fixe_de_requetes(
        self, territoire, maillage, django_assert_num_queries
    ):
        vote = ouvrir_maintenant(maillage=maillage)
        with django_assert_num_queries(3):
            page = Client().get(adresse("urnes", vote)).content.decode()
        assert page.count('scope="row"') == {"federation": 2, "section": 4}[maillage]


class TestVerifier:
    def chercher(self, vote, saisie, **options):
        return Client(**options).post(adresse("verifier", vote), {"suivi": saisie})

    def test_un_bulletin_compte_est_trouve_dans_son_urne(self, vote):
        urne, (un,) = electeurs_d_une_urne(vote, 1)
        suivi = voter(vote, un)
        for saisie in (suivi, f"  {suivi[:20]} \n {suivi[20:]}=", suivi + "\n"):
            page = self.chercher(vote, saisie).content.decode()
            assert "Votre bulletin est dans l'urne, et il compte." in page
            assert urne.nom in page
            assert adresse("urne", vote, urne.uuid) + "?page=1#b-1" in page

    def test_un_bulletin_remplace_se_dit(self, vote):
        _, (un,) = electeurs_d_une_urne(vote, 1)
        premier, second = voter(vote, un), voter(vote, un, [[0, 1, 0]])
        assert "un plus récent l'a remplacé" in self.chercher(vote, premier).content.decode()
        assert "et il compte" in self.chercher(vote, second).content.decode()

    def test_la_page_de_la_liste_est_la_bonne(self, vote, monkeypatch):
        monkeypatch.setattr(bulletins, "SUIVIS_PAR_PAGE", 2)
        urne, electeurs = electeurs_d_une_urne(vote, 3)
        *_, dernier = [voter(vote, e) for e in electeurs]
        assert (
            adresse("urne", vote, urne.uuid) + "?page=2#b-3" in self.chercher(vote, dernier).content.decode()
        )

    def test_un_numero_inconnu_se_dit_et_dit_quoi_faire(self, vote):
        page = self.chercher(vote, "A" * 43).content.decode()
        assert "Ce numéro n'est dans aucune urne de ce scrutin." in page
        assert "commission de récolement" in page.replace("\n        ", " ")

    def test_le_suivi_d_un_autre_scrutin_n_est_pas_trouve(self, vote):
        autre = ouvrir_maintenant(slug="autre")
        suivi = voter(autre, autre.electeurs()[0])
        assert "dans aucune urne" in self.chercher(vote, suivi).content.decode()

    @pytest.mark.parametrize(
        ("saisie", "phrase"),
        [
            ("", "Collez le numéro de suivi de votre reçu."),
            ("   ", "Collez le numéro de suivi de votre reçu."),
            ("abc", "Un numéro de suivi compte 43 signes, celui-ci 3. Vérifiez qu'il est entier."),
            ("A" * 44, "Un numéro de suivi compte 43 signes, celui-ci 44. Vérifiez qu'il est entier."),
            ("é" * 43, "Un numéro de suivi ne contient jamais « é ». Copiez-le depuis votre reçu."),
            ("A" * 42 + "B", "Le dernier signe de ce numéro est faux. Vérifiez-le sur votre reçu."),
        ],
    )
    def test_un_numero_mal_forme_dit_ce_qui_ne_va_pas(self, vote, saisie, phrase):
        reponse = self.chercher(vote, saisie)
        page = reponse.content.decode().replace("&#x27;", "'")
        assert (reponse.status_code, phrase in page) == (422, True)
        assert 'aria-invalid="true"' in page
        with pytest.raises(NumeroMalForme, match=phrase[:20]):
            lire_le_suivi(saisie)

    def test_le_numero_ne_passe_que_dans_un_corps(self, vote):
        """A tracker in an address would be kept, with hour and caller, by whatever stands on the way."""
        _, (un,) = electeurs_d_une_urne(vote, 1)
        suivi = voter(vote, un)
        page = Client().get(adresse("verifier", vote), {"suivi": suivi}).content.decode()
        contenu = page[page.index("<main") : page.index("</main>")]
        assert (suivi in contenu, 'method="post"' in contenu) == (False, True)

    def test_les_recherches_sont_freinees(self, vote, monkeypatch):
        monkeypatch.setattr(bulletins, "VERIFICATIONS_PAR_MINUTE", 2)
        assert [self.chercher(vote, "abc").status_code for _ in range(3)] == [422, 422, 429]

    def test_tout_suivi_se_relit(self, vote):
        _, (un,) = electeurs_d_une_urne(vote, 1)
        suivi = voter(vote, un)
        assert lire_le_suivi(suivi) == Evenement.objects.bulletins().get().charge
