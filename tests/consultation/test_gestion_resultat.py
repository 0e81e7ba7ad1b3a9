"""The result: calculation, page, CSV, JSON and minutes that say the same; what stays hidden everywhere."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from consultation import actes, resultats
from consultation.chaine import empreinte_des_tetes
from consultation.resultats import Sujet, additionner, decompter
from consultation.templatetags.resultat import en_une_phrase
from refondation.territoire.models import Federation
from tests.consultation.scene import creer_adherents, creer_section, faire_scrutin, ouvrir_le_vote
from tests.consultation.scene_gestion import depouiller, navigateur, navigateur_de, publier, route

OUI_NON = Sujet("Acceptez-vous ?", ("Oui", "Non"), "reponse", False)
PRIORITES = Sujet("Priorités ?", ("A", "B", "C"), "drapeau", True)
SANS_BLANC = Sujet("Oui ou non ?", ("Oui", "Non"), "", False)

# --- Calculation ------------------------------------------------------------------------------------


def test_decompter_un_blanc_reponse():
    d = decompter(OUI_NON, [6, 2, 2], 10)
    assert (d.blancs, d.exprimes, [(r.texte, r.voix, r.part) for r in d.reponses]) == (
        2,
        8,
        [("Oui", 6, 0.75), ("Non", 2, 0.25)],
    )


def test_decompter_un_blanc_drapeau_est_la_premiere_cellule():
    d = decompter(PRIORITES, [3, 7, 5, 0], 10)
    assert (d.blancs, d.exprimes, [r.voix for r in d.reponses]) == (3, 7, [7, 5, 0])
    assert [r.part for r in d.reponses] == [1.0, 5 / 7, 0.0]


def test_decompter_sans_blanc():
    d = decompter(SANS_BLANC, [1, 0], 1)
    assert (d.blancs, d.exprimes, d.en_tete[0].texte) == (None, 1, "Oui")


@pytest.mark.parametrize(
    ("cellules", "votants", "phrase"),
    [
        ([6, 2, 2], 10, "« Oui » arrive en tête : 6 voix sur 8 suffrages exprimés (75,0 %)."),
        ([4, 4, 2], 10, "Égalité entre « Oui », « Non » : 4 voix sur 8 suffrages exprimés (50,0 %) chacune."),
        ([0, 0, 2], 2, "Aucun suffrage n'a été exprimé."),
        ([0, 0, 0], 0, "Aucun suffrage n'a été exprimé."),
    ],
)
def test_la_phrase_dit_la_tete_et_sa_base(cellules, votants, phrase):
    assert en_une_phrase(decompter(OUI_NON, cellules, votants)).replace("\u202f", " ") == phrase


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), max_size=6))
def test_additionner_puis_decompter_est_la_somme_des_decomptes(tables):
    total = additionner([[t] for t in tables], [OUI_NON])[0]
    d = decompter(OUI_NON, total, sum(total))
    parties = [decompter(OUI_NON, t, sum(t)) for t in tables]
    assert d.exprimes == sum(p.exprimes for p in parties)
    assert [r.voix for r in d.reponses] == [sum(p.reponses[i].voix for p in parties) for i in (0, 1)]
    assert d.blancs == sum(p.blancs for p in parties)


# --- A vote with everything ---------------------------------------------------------------------------


@pytest.fixture
def complet(territoire):
    """Two questions, three federations of which one hidden, consultative boxes; published."""
    federation = Federation.objects.create(code="33", nom="=Gironde", nature="metropole")
    section = creer_section("33001", federation)
    creer_adherents(section, 24)
    creer_adherents(section, 14, statut="sympathisant", a_jour_au=None)
    questions = [
        {"intitule": "Acceptez-vous ?", "options": ["=Oui", "Non"]},
        {"intitule": "Priorités ?", "options": ["A", "B", "C"], "minimum": 1, "maximum": 2},
    ]
    vote = ouvrir_le_vote(faire_scrutin(sympathisants="consultatifs", questions=questions, gardiens=2))
    votants = {"31": 20, "75": 15, "33": 4}
    for electeur in vote.electeurs():
        code = electeur.section.federation.code
        if electeur.college == "consultatif":
            vote.voter(electeur, [[0, 1, 0], [0, 0, 0, 1]])
        elif votants[code] > 0:
            votants[code] -= 1
            rang = votants[code]
            un = [[1, 0, 0], [0, 1, 0], [0, 0, 1]][rang % 3]
            vote.voter(electeur, [un, [[0, 1, 1, 0], [1, 0, 0, 0]][rang % 2]])
    return publier(vote)


def lire_csv(client, scrutin):
    texte = client.get(route("resultat_csv", scrutin)).content.decode("utf-8")
    assert texte.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(texte[1:]), delimiter=";"))


def texte_du_pdf(client, scrutin):
    reponse = client.get(route("proces_verbal", scrutin))
    assert reponse["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(reponse.content)).pages
    # The font of codes leaves marks of no width between letters.
    return " ".join(" ".join(p.extract_text() for p in pages).replace("\u200b", "").split())


def test_page_csv_json_et_proces_verbal_disent_la_meme_chose(complet):
    client, scrutin = Client(), complet.scrutin
    attendu = {
        # (college, federations) → voters, [(blank, expressed, votes) of each question]
        ("deliberatif", ""): (39, [(12, 27, [14, 13]), (19, 20, [20, 20, 0])]),
        ("consultatif", ""): (14, [(0, 14, [0, 14]), (0, 14, [0, 0, 14])]),
    }
    page = client.get(route("resultat", scrutin))
    principal, consultatif = page.context["principal"], page.context["consultatif"]
    for resultat in (principal, consultatif):
        votants, questions = attendu[resultat.college, ""]
        lu = [(d.blancs, d.exprimes, [r.voix for r in d.reponses]) for d in resultat.nationaux]
        assert (resultat.votants, lu) == (votants, questions)

    lignes = lire_csv(client, scrutin)
    for (college, lieu), (votants, questions) in attendu.items():
        siennes = [x for x in lignes if (x["college"], x["federations"]) == (college, lieu)]
        assert {x["votants"] for x in siennes} == {str(votants)}
        for rang, (blancs, exprimes, voix) in enumerate(questions, 1):
            de_la_question = [x for x in siennes if x["question"] == str(rang)]
            assert [x["voix"] for x in de_la_question] == [str(v) for v in voix]
            assert {(x["blancs"], x["exprimes"]) for x in de_la_question} == {(str(blancs), str(exprimes))}

    corps = client.get(route("resultat_json", scrutin)).json()
    assert corps["format"] == "refondation.resultat/1"
    for college in corps["colleges"]:
        votants, questions = attendu[college["college"], ""]
        assert college["votants"] == votants
        lu = [(q["blancs"], q["exprimes"], [r["voix"] for r in q["reponses"]]) for q in college["questions"]]
        assert lu == questions

    proces_verbal = texte_du_pdf(client, scrutin)
    html = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    for texte in (proces_verbal, html):
        for passage in ("39", "27", "14", "13"):
            assert passage in texte
    assert "Votes blancs : 12. Suffrages exprimés : 27." in proces_verbal
    assert "39 votant·es, 12 blancs, 27 suffrages exprimés." in html


def test_les_federations_s_additionnent_et_une_seule_cachee_en_cache_deux(complet):
    """33 has four voters: it is hidden, and the smallest other with it, on the page and in each file."""
    client, scrutin = Client(), complet.scrutin
    principal = client.get(route("resultat", scrutin)).context["principal"]
    lignes = {x.participation.code: x for x in principal.lignes}
    visibles = {code for code, x in lignes.items() if x.decomptes is not None}
    assert len(visibles) == 1
    assert len(principal.masquees) == 2
    (visible,) = visibles
    for x in lire_csv(client, scrutin):
        if x["niveau"] == "federation" and x["college"] == "deliberatif":
            assert (x["voix"] != "") == (x["federations"] == visible) == (x["votants"] != "")
    (college,) = [
        c
        for c in client.get(route("resultat_json", scrutin)).json()["colleges"]
        if c["college"] == "deliberatif"
    ]
    for ligne in college["lignes"]:
        assert (ligne["questions"] is not None) == (ligne["federations"] == [visible])
    # What the two hidden ones have together is all that subtraction gives.
    reste = principal.votants - lignes[visible].participation.votants
    assert reste >= scrutin.seuil


def test_les_formules_sont_desarmees(complet):
    brut = Client().get(route("resultat_csv", complet.scrutin)).content.decode()
    assert ";'=Oui;" in brut
    assert ";'=Gironde;" in brut
    assert not re.search(r"(^|;)=", brut)


def test_les_empreintes_sont_celles_des_urnes(complet):
    client, scrutin = Client(), complet.scrutin
    corps = client.get(route("resultat_json", scrutin)).json()
    tetes = dict(scrutin.urnes.values_list("uuid", "tete"))
    for college in corps["colleges"]:
        for urne in college["urnes"]:
            assert tetes.pop(urne["identifiant"]) == urne["tete"]
            assert urne["archive"].endswith(f"/scrutins/cadre/urnes/{urne['identifiant']}.bel")
    assert tetes == {}
    assert corps["scrutin"]["liste_empreinte"] == scrutin.liste_empreinte
    texte = texte_du_pdf(client, scrutin).replace(" ", "")
    for empreinte in (scrutin.liste_empreinte, scrutin.document_fige.empreinte):
        assert empreinte in texte
    archives = client.get(route("archives", scrutin)).content.decode().splitlines()
    assert len(archives) == scrutin.urnes.count()
    assert len(empreinte_des_tetes(scrutin)) == 64


def test_le_proces_verbal_est_balise_et_nomme_qui_signe(complet):
    octets = Client().get(route("proces_verbal", complet.scrutin)).content
    lecteur = PdfReader(io.BytesIO(octets))
    assert lecteur.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert lecteur.metadata.title == "Procès-verbal du scrutin « Document de cadrage »"
    texte = texte_du_pdf(Client(), complet.scrutin)
    for gardien in complet.scrutin.gardiens.all():
        assert gardien.nom in texte
    assert "belenios-tool election verify --dir" in texte
    assert Client().get(route("proces_verbal", complet.scrutin)).content == octets


@pytest.mark.parametrize("colonne", ["nom", "inscrits", "votants", "participation", "r1", "r2"])
@pytest.mark.parametrize("sens", ["asc", "desc"])
def test_trier_sans_javascript(complet, colonne, sens):
    reponse = Client().get(route("resultat", complet.scrutin), {"tri": colonne, "sens": sens})
    lignes = reponse.context["lignes"]
    if colonne == "nom":
        codes = [x["participation"].code for x in lignes]
        assert codes == sorted(codes, reverse=sens == "desc")
    if colonne in ("votants", "participation"):
        # Hidden figures last, in both orders.
        assert [x["participation"].votants is None for x in lignes] == [False, True, True]
    assert f'aria-sort="{"ascending" if sens == "asc" else "descending"}"' in reponse.content.decode()


@pytest.mark.parametrize(
    "parametres",
    [
        {"question": "2"},
        {"question": "9"},
        {"question": "²"},
        {"question": "-1"},
        {"carte": "r1", "vue": "departements"},
        {"carte": "r9", "vue": "ailleurs", "tri": "'", "sens": "x"},
    ],
)
def test_toute_adresse_donne_une_page(complet, parametres):
    reponse = Client().get(route("resultat", complet.scrutin), parametres)
    assert reponse.status_code == 200
    assert reponse.context["question"] == (2 if parametres.get("question") == "2" else 1)


# --- Who sees it, when ------------------------------------------------------------------------------------

FICHIERS = ("resultat", "resultat_csv", "resultat_json", "archives", "proces_verbal")


def test_depouille_mais_pas_publie_la_commission_seule(vote_ouvert):
    depouiller(vote_ouvert)
    for role, statut in (
        (None, 404),
        ("secretaire_section", 404),
        ("direction", 200),
        ("recolement", 200),
        ("administrateur", 200),
    ):
        client = navigateur(role)
        for nom in FICHIERS:
            reponse = client.get(route(nom, vote_ouvert.scrutin))
            assert reponse.status_code == statut, (role, nom)
            if statut == 200:
                assert "no-store" in reponse["Cache-Control"], nom
    assert {Client().get(route(nom, vote_ouvert.scrutin)).status_code for nom in FICHIERS} == {404}


def test_publie_tout_le_monde(vote_ouvert):
    publier(vote_ouvert)
    for nom in FICHIERS:
        assert Client().get(route(nom, vote_ouvert.scrutin)).status_code == 200, nom


def test_publier_par_la_page(vote_ouvert):
    depouiller(vote_ouvert)
    client = navigateur_de(vote_ouvert.admin)
    assert "Publier le résultat" in client.get(route("resultat", vote_ouvert.scrutin)).content.decode()
    assert client.post(route("publier", vote_ouvert.scrutin)).status_code == 422
    assert client.post(route("publier", vote_ouvert.scrutin), {"relu": "on"}).url == route(
        "resultat", vote_ouvert.scrutin
    )
    vote_ouvert.scrutin.refresh_from_db()
    assert vote_ouvert.scrutin.etat == "publie"
    # Twice is once.
    assert client.post(route("publier", vote_ouvert.scrutin), {"relu": "on"}).status_code == 422


# --- Other shapes of vote -----------------------------------------------------------------------------------


def test_une_urne_nationale_n_a_pas_de_voix_par_federation(territoire):
    vote = ouvrir_le_vote(faire_scrutin(maillage="national"))
    for electeur in vote.electeurs():
        vote.voter(electeur, [[1, 0, 0]])
    publier(vote)
    reponse = Client().get(route("resultat", vote.scrutin))
    principal = reponse.context["principal"]
    assert (principal.par_federation, [x.decomptes for x in principal.lignes]) == (False, [None, None])
    assert [x.participation.votants for x in principal.lignes] == [24, 24]
    assert [e["libelle"] for e in reponse.context["entetes"]] == [
        "Fédération",
        "Inscrit·es",
        "Votant·es",
        "Participation",
    ]
    assert "une seule urne nationale" in reponse.content.decode()


def test_un_avis_consultatif_de_quelques_personnes_n_est_pas_affiche(territoire):
    creer_adherents(territoire[0], 14, statut="sympathisant", a_jour_au=None)
    vote = ouvrir_le_vote(faire_scrutin(sympathisants="consultatifs"))
    consultatif = next(e for e in vote.electeurs() if e.college == "consultatif")
    vote.voter(consultatif, [[1, 0, 0]])
    publier(vote)
    reponse = Client().get(route("resultat", vote.scrutin))
    assert reponse.context["consultatif"].nationaux is None
    assert "Moins de 10 personnes ont voté sur 14" in " ".join(reponse.content.decode().split())
    lignes = [x for x in lire_csv(Client(), vote.scrutin) if x["college"] == "consultatif"]
    assert {(x["votants"], x["voix"]) for x in lignes} == {("", "")}
    (college,) = [
        c
        for c in Client().get(route("resultat_json", vote.scrutin)).json()["colleges"]
        if c["college"] == "consultatif"
    ]
    assert (college["votants"], college["questions"]) == (None, None)
    assert "Moins de 10 personnes ont voté sur 14" in texte_du_pdf(Client(), vote.scrutin)


def test_un_scrutin_sans_aucun_bulletin_a_un_resultat(vote_ouvert):
    publier(vote_ouvert)
    page = Client().get(route("resultat", vote_ouvert.scrutin)).content.decode()
    assert "Aucun suffrage n&#x27;a été exprimé." in page
    assert "0 votant·es" in " ".join(page.split())


def test_le_proces_verbal_dit_les_incidents(vote_ouvert):
    from tests.consultation.scene_gestion import malgre_les_remparts

    depouiller(vote_ouvert)
    texte = vote_ouvert.scrutin.document_fige.texte
    malgre_les_remparts("UPDATE consultation_document SET texte = 'x'")
    actes.controler_scrutin(scrutin=vote_ouvert.scrutin)
    malgre_les_remparts("UPDATE consultation_document SET texte = %s", texte)
    actes.controler_scrutin(scrutin=vote_ouvert.scrutin)
    texte = texte_du_pdf(navigateur("direction"), vote_ouvert.scrutin)
    assert "Ils ont relevé" in texte
    assert "Le document de cadrage n'est plus celui de l'annonce" in texte


@pytest.mark.parametrize("nombre", [1, 3])
def test_requetes_du_resultat(territoire, nombre, django_assert_num_queries):
    questions = [{"intitule": f"Q{i} ?", "options": ["Oui", "Non"]} for i in range(nombre)]
    vote = ouvrir_le_vote(
        faire_scrutin(questions=questions, maillage="section" if nombre == 3 else "national")
    )
    publier(vote)
    client = Client()
    with django_assert_num_queries(6):
        client.get(route("resultat", vote.scrutin))
    with django_assert_num_queries(4):
        resultats.lire(vote.scrutin)


def test_le_json_est_du_json_stable(complet):
    lus = [Client().get(route("resultat_json", complet.scrutin)).content for _ in range(2)]
    assert lus[0] == lus[1]
    assert json.loads(lus[0])["scrutin"]["document"]["version"] == 1
