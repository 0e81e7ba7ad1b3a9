"""Each rule of the control, with a case that it must see and the nearest one that it must not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegues import actes
from delegues.anomalies import (
    BLOQUANTE,
    ECART_MAX,
    GRAVITES,
    REGLES,
    Participation,
    croissance,
    ecarts_robustes,
    participations_hors_du_commun,
    phrase,
)
from delegues.constats import CALCULS
from delegues.models import Anomalie, Campagne, Candidature, Designation, Liste
from refondation.journal.models import Ligne
from refondation.membres.models import Changement
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.delegues import scene
from tests.delegues.scene import ASSEMBLEES, CONTROLE
from tests.delegues.scene_controle import Dossier, faire_campagne, membre_de_la_commission, recevoir

pytestmark = pytest.mark.django_db
JOUR = timedelta(days=1)


def trouver(objet: Campagne | Designation) -> list[tuple[str, str, int | None, str]]:
    """(section, rule, member, evidence in words) of each anomaly, after a computation."""
    portee = {"campagne": objet} if isinstance(objet, Campagne) else {"designation": objet}
    nombre = actes.recalculer_anomalies(**portee, instant=CONTROLE)
    anomalies = list(
        Anomalie.objects.order_by("designation__section__code", "regle", "adherent").select_related(
            "designation__section"
        )
    )
    assert isinstance(objet, Designation) or nombre == len(anomalies)
    return [
        (a.designation.section.code, a.regle, a.adherent_id, phrase(a.regle, a.preuve)) for a in anomalies
    ]


def regles(campagne: Campagne) -> set[str]:
    return {regle for _, regle, *_ in trouver(campagne)}


@pytest.fixture
def campagne() -> Campagne:
    return faire_campagne()


@pytest.fixture
def dossier(campagne: Campagne) -> Dossier:
    return recevoir(campagne)


def test_une_designation_sans_defaut_n_a_pas_d_anomalie(campagne: Campagne, dossier: Dossier) -> None:
    assert trouver(campagne) == []
    assert dossier.relire().anomalies_le == CONTROLE


# --- The person elected ------------------------------------------------------------------------------


def changer(dossier: Dossier, rang: int = 0, **champs: object) -> int:
    membre = dossier.membres[rang]
    for nom, valeur in champs.items():
        setattr(membre, nom, valeur)
    membre.save(update_fields=list(champs))
    return membre.pk


def noter(dossier: Dossier, le: object, **avant: object) -> None:
    """A line of the register's history of the first person elected."""
    Changement.objects.create(adherent=dossier.membres[0], cause="correction", le=le, avant=avant)


def test_membre_d_une_autre_section(campagne: Campagne, dossier: Dossier) -> None:
    pk = changer(dossier, section=scene.faire_section("31002"))
    assert trouver(campagne) == [
        ("31001", "section", pk, "Au jour de l'assemblée, le registre l'inscrit à Ville 31002 (31002).")
    ]


def test_qui_demenage_apres_l_assemblee_etait_bien_de_la_section(
    campagne: Campagne, dossier: Dossier
) -> None:
    changer(dossier, section=scene.faire_section("31002"))
    noter(dossier, ASSEMBLEES + JOUR, section_id=dossier.section.pk)
    assert trouver(campagne) == []


def test_une_mutation_apres_coup_ne_repare_rien(campagne: Campagne, dossier: Dossier) -> None:
    """Elected from elsewhere, then moved: the register of the day of the assembly counts."""
    noter(dossier, ASSEMBLEES + JOUR, section_id=scene.faire_section("31002").pk)
    assert trouver(campagne) == [
        (
            "31001",
            "section",
            dossier.membres[0].pk,
            "Au jour de l'assemblée, le registre l'inscrit à Ville 31002 (31002).",
        )
    ]


def test_une_mutation_d_avant_l_assemblee_compte(campagne: Campagne, dossier: Dossier) -> None:
    noter(dossier, ASSEMBLEES - JOUR, section_id=scene.faire_section("31002").pk)
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("a_jour_au", "attendu"),
    [
        (date(2026, 6, 30), None),
        (date(2026, 6, 29), "Sa cotisation court jusqu'au 29 juin 2026 ; il fallait être à jour au 30 juin 2026."),
        (None, "Sa cotisation n'est pas enregistrée ; il fallait être à jour au 30 juin 2026."),
    ],
)  # fmt: skip
def test_cotisation(campagne: Campagne, dossier: Dossier, a_jour_au: date | None, attendu: str) -> None:
    pk = changer(dossier, a_jour_au=a_jour_au)
    assert trouver(campagne) == ([("31001", "cotisation", pk, attendu)] if attendu else [])


def test_une_campagne_qui_ne_demande_pas_la_cotisation(db: None) -> None:
    campagne = faire_campagne(cotisation_au=None)
    changer(recevoir(campagne), a_jour_au=None)
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("adhesion_le", "attendu"),
    [
        (date(2025, 12, 30), None),
        (
            date(2025, 12, 31),
            "Adhésion le 31 décembre 2025 ; il fallait adhérer au plus tard le 30 décembre 2025.",
        ),
    ],
)
def test_anciennete(campagne: Campagne, dossier: Dossier, adhesion_le: date, attendu: str | None) -> None:
    pk = changer(dossier, adhesion_le=adhesion_le)
    assert trouver(campagne) == ([("31001", "anciennete", pk, attendu)] if attendu else [])


def test_sympathisant(campagne: Campagne, dossier: Dossier) -> None:
    pk = changer(dossier, statut="sympathisant")
    assert trouver(campagne) == [("31001", "statut", pk, "Le registre la connaît comme sympathisant·e.")]


@pytest.mark.parametrize(
    ("jours", "attendu"), [(0, "Le registre date sa sortie du 20 septembre 2026."), (1, None)]
)
def test_sortie(campagne: Campagne, dossier: Dossier, jours: int, attendu: str | None) -> None:
    """Who leaves after the assembly was rightly elected: the mandate ends, the designation stands."""
    pk = changer(dossier, sorti_le=ASSEMBLEES.date() + jours * JOUR)
    assert trouver(campagne) == ([("31001", "sorti", pk, attendu)] if attendu else [])


def test_un_candidat_non_elu_n_est_pas_regarde(campagne: Campagne, dossier: Dossier) -> None:
    changer(dossier, 2, a_jour_au=None, statut="sympathisant")
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("quoi", "attendu"),
    [
        ("retiree", "Candidature « Retirée », liste « Déposée »."),
        ("liste", "Candidature « Acceptée », liste « Retirée »."),
        ("ailleurs", "Candidature « Acceptée », liste « Déposée » dans la section 31002."),
        ("", None),
    ],
)
def test_elu_sans_etre_candidat(campagne: Campagne, dossier: Dossier, quoi: str, attendu: str) -> None:
    candidature = Candidature.objects.get(adherent=dossier.membres[0])
    if quoi == "retiree":
        Candidature.objects.filter(pk=candidature.pk).update(etat="retiree", retiree_le=CONTROLE)
    elif quoi == "liste":
        Liste.objects.filter(pk=candidature.liste_id).update(etat="retiree", retiree_le=CONTROLE)
    elif quoi == "ailleurs":
        autre = scene.faire_designation(campagne, scene.faire_section("31002"))
        Liste.objects.filter(pk=candidature.liste_id).update(designation=autre, rang=None)
    pk = dossier.membres[0].pk
    assert trouver(campagne) == ([("31001", "non-candidat", pk, attendu)] if attendu else [])


def test_incompatibilite_et_derogation(campagne: Campagne, dossier: Dossier) -> None:
    regle = campagne.incompatibilites.create(
        nom="Secrétaire de section", fondement="Article 4", genre="fonction",
        parametres={"roles": ["secretaire_section"]},
    )  # fmt: skip
    pk = dossier.membres[0].pk
    assert trouver(campagne) == [
        (
            "31001",
            "incompatible",
            pk,
            "Secrétaire de section (Article 4). Secrétaire de section depuis le 1er janvier 2026, "
            "sans fin prévue.",
        )
    ]
    regle.derogations.create(
        adherent=dossier.membres[0], motif="Seule", accordee_le=CONTROLE, par=dossier.secretaire
    )
    assert trouver(campagne) == []


def test_la_meme_personne_dans_deux_sections(campagne: Campagne, dossier: Dossier) -> None:
    """A candidacy withdrawn on paper lets the register hold two: both designations say where the other is."""
    pk = dossier.membres[0].pk
    Candidature.objects.filter(adherent=pk).update(etat="retiree", retiree_le=CONTROLE)
    autre = recevoir(campagne, "32001", genres="HF")
    liste = scene.faire_liste(autre.designation, dossier.membres[0], par=autre.secretaire)
    assert {r for _, r, *_ in trouver(campagne)} == {"non-candidat"}
    # The second section's minutes elect that person too.
    troisieme = scene.faire_designation(campagne, scene.faire_section("34001", "34"))
    scene.faire_proces_verbal(
        troisieme,
        [liste.candidatures.get()],
        redacteur=autre.secretaire,
        contresignataire=autre.membres[0],
    )
    doubles = [(s, m, p) for s, r, m, p in trouver(campagne) if r == "double"]
    assert doubles == [
        ("31001", pk, "Également élu·e dans : 34001."),
        ("34001", pk, "Également élu·e dans : 31001."),
    ]
    # One designation looked at alone says the same of itself, and nothing of the other one.
    Anomalie.objects.all().delete()
    assert [(s, m, p) for s, r, m, p in trouver(troisieme) if r == "double"] == [doubles[1]]


@pytest.mark.parametrize(
    ("naissances", "attendu"),
    [
        ((date(1970, 5, 1), date(1970, 5, 1)), True),
        ((date(1970, 5, 1), date(1970, 5, 2)), False),
        ((None, None), False),
    ],
)
def test_deux_fiches_d_une_seule_personne(campagne: Campagne, naissances: tuple, attendu: bool) -> None:
    dossiers = [recevoir(campagne, code) for code in ("31001", "32001")]
    pks = [
        changer(d, nom="Dupré", prenom="Élise", recherche="elise dupre", naissance=n)
        for d, n in zip(dossiers, naissances, strict=True)
    ]
    texte = "Une autre fiche au même nom, née le même jour, est élue dans : {}."
    assert trouver(campagne) == (
        [
            ("31001", "homonyme", pks[0], texte.format("32001")),
            ("32001", "homonyme", pks[1], texte.format("31001")),
        ]
        if attendu
        else []
    )


# --- The minutes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("elus", "attendu"), [(2, []), (3, ["3 titulaires pour 2 siège(s)."])])
def test_plus_d_elus_que_de_sieges(campagne: Campagne, elus: int, attendu: list[str]) -> None:
    recevoir(campagne, elus=elus)
    assert [p for _, r, _, p in trouver(campagne) if r == "sieges"] == attendu


@pytest.mark.parametrize(
    ("genres", "attendu"),
    [
        ("FHFH", []),
        ("HHFH", ["Il manque 1 femme : 0 femme et 2 hommes pour 2 sièges. "
                  "Les places 1 et 2 vont à deux hommes : la règle est l'alternance."]),
        # Nobody of the other gender stood: no rule asks for the impossible.
        ("HHHH", []),
    ],
)  # fmt: skip
def test_parite(campagne: Campagne, genres: str, attendu: list[str]) -> None:
    recevoir(campagne, genres=genres)
    assert [p for _, r, _, p in trouver(campagne) if r == "parite"] == attendu


def test_sans_regle_de_parite(db: None) -> None:
    campagne = faire_campagne(parite="aucune")
    recevoir(campagne, genres="HHFF")
    assert trouver(campagne) == []


@pytest.mark.parametrize(
    ("inscrits", "votants", "attendu"),
    [
        (5, 4, {"presents": "6 présent·es pour 5 inscrit·es."}),
        (6, 6, {}),
        (10, 6, {}),
        (10, 7, {"votants": "7 votant·es pour 6 présent·es."}),
        (6, 7, {"votants": "7 votant·es pour 6 inscrit·es."}),
    ],
)
def test_presents_et_votants(campagne: Campagne, inscrits: int, votants: int, attendu: dict) -> None:
    recevoir(campagne, presents=6, inscrits=inscrits, votants=votants)
    assert {r: p for _, r, _, p in trouver(campagne)} == attendu


def test_un_vote_en_ligne_ne_pointe_personne(campagne: Campagne) -> None:
    recevoir(campagne, inscrits=60, votants=60, designation={"mode": "en-ligne"})
    assert trouver(campagne) == []


@pytest.mark.parametrize(("votants", "attendu"), [(57, True), (36, False)])
def test_participation_hors_de_la_federation(campagne: Campagne, votants: int, attendu: bool) -> None:
    for rang in range(6):
        recevoir(campagne, f"31{rang + 2:03}", votants=28 + rang)
    extreme = recevoir(campagne, "31001", votants=votants)
    # Another federation votes otherwise: it is not compared.
    recevoir(campagne, "32001", votants=5)
    texte = (
        "95,0\u202f% de participation ; dans la fédération, la moitié des 7 sections reçues est au-dessus de "
        "51,7\u202f% (écart robuste : 8,8, seuil : 3,5)."
    )
    assert trouver(campagne) == ([("31001", "participation", None, texte)] if attendu else [])
    Anomalie.objects.all().delete()
    assert bool(trouver(extreme.designation)) is attendu


# --- The roll ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nouveaux", "le", "attendu"),
    [
        (8, date(2026, 6, 30), True),
        (8, date(2025, 6, 30), False),
        (8, date(2026, 7, 1), False),
        (4, date(2026, 6, 30), False),
    ],
)
def test_liste_qui_grossit(campagne: Campagne, nouveaux: int, le: date, attendu: bool) -> None:
    dossier = recevoir(campagne, membres=20)
    scene.faire_section(membres=nouveaux, adhesion_le=le, courriel="")
    assert dossier.section.adherents.count() == 20 + nouveaux
    texte = (
        "20 adhérent·es le 30 juin 2025, 28 le 30 juin 2026 : 40 % de plus, pour 20 % admis sans question."
    )
    assert trouver(campagne) == ([("31001", "croissance", None, texte)] if attendu else [])


@pytest.mark.parametrize(
    ("avant", "apres", "maximum", "attendu"),
    [(20, 25, 25, None), (20, 25, 24, 25), (20, 24, 1, None), (0, 30, 20, None), (30, 20, 20, None)],
)
def test_seuils_de_croissance(avant: int, apres: int, maximum: int, attendu: int | None) -> None:
    assert croissance(avant, apres, maximum) == attendu


@pytest.mark.parametrize(
    ("nombre", "le", "attendu"),
    [(4, date(2026, 1, 1), True), (3, date(2026, 1, 1), False), (4, date(2025, 6, 30), False)],
)
def test_une_adresse_pour_plusieurs(campagne: Campagne, nombre: int, le: date, attendu: bool) -> None:
    recevoir(campagne, membres=20)
    scene.faire_section(membres=nombre, adhesion_le=le, courriel="mairie@gmail.com")
    texte = "4 nouveaux membres partagent l'adresse m…@gmail.com."
    assert trouver(campagne) == ([("31001", "adresse", None, texte)] if attendu else [])


@pytest.mark.parametrize(
    ("domaine", "autres", "attendu"),
    [("scierie.example", 4, True), ("scierie.example", 5, False), ("gmail.com", 0, False)],
)
def test_un_domaine_pour_la_plupart(campagne: Campagne, domaine: str, autres: int, attendu: bool) -> None:
    dossier = recevoir(campagne, membres=60)
    for rang in range(5):
        scene.faire_adherent(dossier.section, adhesion_le=date(2026, 1, 1), courriel=f"n{rang}@{domaine}")
    # Those without an address are new members as well.
    scene.faire_section(membres=autres, adhesion_le=date(2026, 1, 1), courriel="")
    texte = "5 nouveaux membres sur 9 ont une adresse en @scierie.example."
    assert trouver(campagne) == ([("31001", "domaine", None, texte)] if attendu else [])


# --- The act -------------------------------------------------------------------------------------------------


def test_recalculer_remplace_et_ne_regarde_que_les_proces_verbaux_signes(campagne: Campagne) -> None:
    fautif, juste = recevoir(campagne), recevoir(campagne, "32001")
    changer(fautif, a_jour_au=None)
    scene.faire_designation(campagne, scene.faire_section("33001", "33"))
    assert [ligne[:2] for ligne in trouver(campagne)] == [("31001", "cotisation")]
    assert [ligne[:2] for ligne in trouver(campagne)] == [("31001", "cotisation")]
    changer(juste, a_jour_au=None)
    # One designation alone: the other one is left as it was.
    assert [ligne[:2] for ligne in trouver(juste.designation)] == [
        ("31001", "cotisation"),
        ("32001", "cotisation"),
    ]
    changer(fautif, a_jour_au=date(2026, 12, 31))
    assert [ligne[:2] for ligne in trouver(campagne)] == [("32001", "cotisation")]
    assert list(Ligne.objects.filter(acte="delegues.recalculer_anomalies").values_list("objet", "details"))[
        -1
    ] == (
        f"delegues.campagne:{campagne.pk}",
        {"designations": 3, "par_regle": {"cotisation": 1}},
    )


def test_un_proces_verbal_rectifie_ne_compte_plus(campagne: Campagne, dossier: Dossier) -> None:
    changer(dossier, a_jour_au=None)
    assert regles(campagne) == {"cotisation"}
    dossier.pv.etat = "rectifie"
    dossier.pv.save()
    assert trouver(campagne) == []


def test_le_progres_est_dit(campagne: Campagne, dossier: Dossier) -> None:
    dits: list[tuple[int, int]] = []
    actes.recalculer_anomalies(
        campagne=campagne, instant=CONTROLE, suivre=lambda fait, total: dits.append((fait, total))
    )
    assert dits == [(rang, len(CALCULS)) for rang in range(1, len(CALCULS) + 1)]


@pytest.mark.parametrize("role", ["administrateur", "direction", "observateur", None])
def test_seule_la_commission_demande_le_calcul(campagne: Campagne, role: str | None) -> None:
    with pytest.raises(ActeInterdit):
        actes.recalculer_anomalies(campagne=campagne, par=scene.faire_compte(role), instant=CONTROLE)
    assert actes.recalculer_anomalies(campagne=campagne, par=membre_de_la_commission(), instant=CONTROLE) == 0


@pytest.mark.parametrize(
    ("instant", "code"), [(scene.CANDIDATURES, "trop_tot"), (ASSEMBLEES, None), (scene.APRES, None)]
)
def test_quand_le_calcul_est_possible(campagne: Campagne, instant: object, code: str | None) -> None:
    if code is None:
        assert actes.recalculer_anomalies(campagne=campagne, instant=instant) == 0
        return
    with pytest.raises(ActeImpossible) as refus:
        actes.recalculer_anomalies(campagne=campagne, instant=instant)
    assert refus.value.code == code


def test_l_acte_prend_une_campagne_ou_une_designation(campagne: Campagne, dossier: Dossier) -> None:
    with pytest.raises(TypeError):
        actes.recalculer_anomalies()
    with pytest.raises(TypeError):
        actes.recalculer_anomalies(campagne=campagne, designation=dossier.designation)


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_sections(
    campagne: Campagne, nombre: int, django_assert_num_queries: Callable
) -> None:
    for rang in range(nombre):
        changer(recevoir(campagne, f"31{rang:03}", genres="HHFF"), a_jour_au=None)
    with django_assert_num_queries(28):
        actes.recalculer_anomalies(campagne=campagne, instant=CONTROLE)
    assert Anomalie.objects.count() == 2 * nombre


def test_chaque_regle_est_complete() -> None:
    """Every rule has its words, and a gravity that the model knows."""
    assert set(GRAVITES) == set(Anomalie.Gravite.values)
    for code, regle in REGLES.items():
        assert regle.gravite in GRAVITES
        assert len(code) <= Anomalie._meta.get_field("regle").max_length
        assert min(map(len, (regle.titre, regle.explication, regle.lever))) > 10
    assert REGLES["participation"].gravite == "indice"
    assert sum(r.gravite == BLOQUANTE for r in REGLES.values()) == 12


def test_les_preuves_ne_disent_rien_de_la_personne(campagne: Campagne, dossier: Dossier) -> None:
    """Neither names, nor addresses, nor birth dates, nor numbers are kept in the evidence."""
    for champs in (
        {"a_jour_au": None},
        {"section": scene.faire_section("31002")},
        {"statut": "sympathisant"},
    ):
        changer(dossier, **champs)
    trouver(campagne)
    membre = dossier.membres[0]
    preuves = json.dumps(list(Anomalie.objects.values_list("preuve", flat=True)))
    assert Anomalie.objects.count() >= 2
    for secret in (membre.nom, membre.prenom, membre.numero, membre.courriel, "1970-01-01"):
        assert secret not in preuves


# --- The robust score -------------------------------------------------------------------------------------------


def test_ecarts_robustes_d_un_exemple() -> None:
    """Median 3, distances 2 1 0 1 97: MAD 1; 0.6745 × 97 for the last."""
    assert ecarts_robustes({1: 1, 2: 2, 3: 3, 4: 4, 5: 100}) == pytest.approx(
        {1: -1.349, 2: -0.6745, 3: 0, 4: 0.6745, 5: 65.4265}
    )


def test_ecarts_quand_plus_de_la_moitie_sont_egaux() -> None:
    """The MAD is 0: the mean distance, 1 ÷ 5 × 10, stands for it."""
    assert ecarts_robustes({1: 5, 2: 5, 3: 5, 4: 5, 5: 15})[5] == pytest.approx(10 / (1.2533 * 2))
    assert ecarts_robustes({1: 5, 2: 5}) == {1: 0.0, 2: 0.0}
    assert ecarts_robustes({}) == {}


@given(
    st.lists(st.fractions(0, 1, max_denominator=1000), min_size=1, max_size=40),
    st.fractions(-10, 10, max_denominator=1000),
    st.integers(1, 8),
)
def test_l_ecart_ne_depend_ni_de_l_origine_ni_de_l_unite(
    parts: list[Fraction], plus: Fraction, fois: int
) -> None:
    exactes = dict(enumerate(parts))
    attendus = ecarts_robustes(exactes)
    deplaces = ecarts_robustes({cle: part * fois + plus for cle, part in exactes.items()})
    assert [round(float(x), 6) for x in deplaces.values()] == [round(float(x), 6) for x in attendus.values()]


@pytest.mark.parametrize(("sections", "attendu"), [(5, 0), (6, 1)])
def test_peu_de_sections_ne_disent_rien(sections: int, attendu: int) -> None:
    lignes = [Participation(i, 31, 30 + i % 2, 60) for i in range(sections - 1)]
    lignes.append(Participation(99, 31, 60, 60))
    trouves = participations_hors_du_commun(lignes)
    assert [c.designation for c in trouves] == [99] * attendu
    assert all(c.preuve["ecart"] > ECART_MAX for c in trouves)


def test_une_liste_vide_ne_divise_par_rien() -> None:
    assert participations_hors_du_commun([Participation(i, 31, 0, 0) for i in range(10)]) == []
