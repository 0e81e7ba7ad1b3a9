"""The rules side by side: every one tried, ties counted and settled, impossible ones said."""

from __future__ import annotations

from delegues.repartition import Comptee, Parametres
from delegues.simulation import comparer, essayer

SECTIONS = [Comptee("31001", "31", 10), Comptee("31002", "31", 10), Comptee("09001", "09", 40)]


def test_chaque_regle_avec_chaque_plancher() -> None:
    essais = comparer(SECTIONS, Parametres(regle="tranche", tranche=20), total=6, planchers=[0, 1, 3])
    assert [
        (e.regles.regle, e.regles.methode if e.regles.regle == "total" else "", e.regles.plancher)
        for e in essais
    ] == [
        *(("tranche", "", plancher) for plancher in (0, 1, 3)),
        *(
            ("total", methode, plancher)
            for methode in ("plus-forts-restes", "sainte-lague", "hondt")
            for plancher in (0, 1, 3)
        ),
    ]
    assert [e.refus for e in essais if e.regles.plancher == 3] == [
        "", *["Le plancher demande 9 sièges, il n'y en a que 6."] * 3
    ]  # fmt: skip


def test_sans_tranche_il_n_y_a_que_les_methodes() -> None:
    assert len(comparer(SECTIONS, Parametres(regle="total", total=6), total=6, planchers=[0])) == 3


def test_une_egalite_se_compte_et_tous_les_sieges_sont_mesures() -> None:
    essai = essayer(SECTIONS, Parametres(regle="total", total=9))
    assert (essai.egalites, essai.calcul.sieges, essai.sections.sieges) == (1, 9, 9)
    assert (essai.sections.plus_represente.code, essai.sections.moins_represente.code) == ("31001", "31002")


def test_personne_ou_aucun_siege() -> None:
    assert essayer([], Parametres(regle="total", total=9)).refus.startswith("Personne ne remplit")
    assert essayer(SECTIONS, Parametres(regle="total", total=0)).refus == "Aucun siège n'est réparti."
