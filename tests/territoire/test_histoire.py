"""Merges and splits: who moves where, what stays countable, what the database refuses whoever asks."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from refondation.journal.models import Ligne
from refondation.membres.models import Adherent, Changement, Compte, Mandat, date_du_jour
from refondation.membres.regles import ActeImpossible, ActeInterdit
from refondation.territoire.actes import NouvelleSection, fusionner_sections, scinder_section
from refondation.territoire.models import Equivalence, Section
from tests.membres.monde import creer_adherent, creer_compte, creer_section

pytestmark = pytest.mark.django_db
HIER, JADIS = date.today() - timedelta(days=1), date(2025, 1, 1)  # noqa: DTZ011


@pytest.fixture
def admin(db: None) -> Compte:
    return creer_compte("administrateur", section=creer_section("75001", "75"))


@pytest.fixture
def sections(db: None) -> list[Section]:
    return [creer_section(f"3100{i}") for i in range(1, 5)]


def immediates() -> None:
    """Check now what is checked at the end of a transaction."""
    with connection.cursor() as curseur:
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def effectifs() -> dict[str, int]:
    return {
        s.code: s.adherents.presents().count()
        for s in Section.objects.filter(federation__code="31")
        if s.adherents.presents().exists()
    }


def codes(sections: object) -> set[str]:
    return {s.code for s in sections}


def test_fusionner_dans_une_nouvelle(admin: Compte, sections: list[Section]) -> None:
    a, b, c, _ = sections
    membres = [creer_adherent(section=s) for s in (a, a, b, c)]
    parti = creer_adherent(section=a, sorti_le=date(2024, 1, 1))
    secretaire = creer_compte("secretaire_section", section=b)
    nouvelle = fusionner_sections(
        anciennes=[a, b], vers=NouvelleSection("31AB", "Garonne"), date_effet=HIER, par=admin
    )
    immediates()
    assert effectifs() == {"31AB": 4, "31003": 1}
    assert (nouvelle.nom, nouvelle.creee_le, nouvelle.federation) == ("Garonne", HIER, a.federation)
    assert Adherent.objects.get(pk=parti.pk).section == a
    assert {s.etat for s in Section.objects.filter(pk__in=(a.pk, b.pk))} == {"remplacee"}
    assert codes(Section.objects.descendantes(a, au=HIER)) == {"31AB"}
    assert codes(Section.objects.descendantes(a, au=HIER - timedelta(days=1))) == {"31001"}
    assert codes(Section.objects.ascendantes(nouvelle, au=HIER)) == {"31001", "31002", "31AB"}
    # Each member keeps where they were; the mandate of the section replaced is over.
    changement = Changement.objects.get(adherent=membres[0])
    assert (changement.cause, changement.avant) == ("fusion", {"section_id": a.pk})
    assert Mandat.objects.get(compte=secretaire).fin == date_du_jour()
    assert Compte.objects.get(pk=secretaire.pk).roles() == set()
    ligne = Ligne.objects.first()
    assert (ligne.acte, ligne.acteur, ligne.section) == ("territoire.fusionner", admin, nouvelle)
    assert ligne.details == {
        "anciennes": ["31001", "31002"],
        "nouvelle": "31AB",
        "date_effet": HIER.isoformat(),
        "membres": {"31AB": 4},
    }


def test_fusionner_dans_une_section_qui_absorbe(admin: Compte, sections: list[Section]) -> None:
    a, b, *_ = sections
    creer_adherent(section=a)
    creer_adherent(section=b)
    assert fusionner_sections(anciennes=[a, b], vers=b, date_effet=HIER, par=admin) == b
    immediates()
    assert effectifs() == {"31002": 2}
    assert Section.objects.get(pk=b.pk).etat == "active"
    assert codes(Section.objects.descendantes(b, au=HIER)) == {"31002"}


def test_scinder(admin: Compte, sections: list[Section]) -> None:
    a, *_ = sections
    nord, reste = creer_adherent(section=a), [creer_adherent(section=a) for _ in range(2)]
    parti = creer_adherent(section=a, sorti_le=date(2024, 1, 1))
    nouvelles = scinder_section(
        section=a,
        parts=[NouvelleSection("31S", "Sud"), NouvelleSection("31N", "Nord", [nord.numero])],
        reste="31S",
        date_effet=HIER,
        par=admin,
    )
    immediates()
    assert [s.code for s in nouvelles] == ["31S", "31N"]
    assert effectifs() == {"31N": 1, "31S": 2}
    assert {Adherent.objects.get(pk=m.pk).section.code for m in reste} == {"31S"}
    assert Adherent.objects.get(pk=parti.pk).section == a
    assert codes(Section.objects.descendantes(a, au=HIER)) == {"31N", "31S"}
    assert codes(Section.objects.ascendantes(nouvelles[1], au=HIER)) == {"31N", "31001"}
    assert Ligne.objects.first().details["membres"] == {"31N": 1, "31S": 2}


def test_chaine_de_fusions_et_de_scissions(admin: Compte, sections: list[Section]) -> None:
    a, b, c, _ = sections
    for s in (a, b, c):
        creer_adherent(section=s)
    ab = fusionner_sections(
        anciennes=[a, b], vers=NouvelleSection("AB", "AB"), date_effet=date(2025, 1, 1), par=admin
    )
    x, y = scinder_section(
        section=ab,
        parts=[NouvelleSection("X", "X"), NouvelleSection("Y", "Y")],
        reste="X",
        date_effet=date(2025, 6, 1),
        par=admin,
    )
    fusionner_sections(anciennes=[y], vers=c, date_effet=date(2026, 1, 1), par=admin)
    immediates()
    dates = {
        date(2024, 12, 31): {"31001"},
        date(2025, 1, 1): {"AB"},
        date(2025, 6, 1): {"X", "Y"},
        date(2026, 1, 1): {"X", "31003"},
    }
    for jour, attendues in dates.items():
        assert codes(Section.objects.descendantes(a, au=jour)) == attendues
    assert codes(Section.objects.ascendantes(c, au=date(2026, 1, 1))) == {
        "31003",
        "Y",
        "AB",
        "31001",
        "31002",
    }
    assert codes(Section.objects.ascendantes(c, au=date(2025, 12, 31))) == {"31003"}
    assert codes(Section.objects.ascendantes(x, au=date(2026, 1, 1))) == {"X", "AB", "31001", "31002"}
    with connection.cursor() as curseur:
        curseur.execute("SELECT 1")
    assert effectifs() == {"X": 2, "31003": 1}


@pytest.mark.parametrize("role", ["secretaire_federal", "direction", None])
def test_reserve_a_l_administration(role: str | None, sections: list[Section]) -> None:
    autre = creer_compte(role)
    with pytest.raises(ActeInterdit):
        fusionner_sections(anciennes=sections[:2], vers=NouvelleSection("N", "N"), date_effet=HIER, par=autre)
    with pytest.raises(ActeInterdit):
        scinder_section(
            section=sections[0],
            parts=[NouvelleSection("N", "N"), NouvelleSection("O", "O")],
            reste="N",
            date_effet=HIER,
            par=autre,
        )


def refus(acte, **champs) -> str:
    etat = (Equivalence.objects.count(), Section.objects.count(), Ligne.objects.count(), effectifs())
    with pytest.raises(ActeImpossible) as exc:
        acte(**champs)
    assert etat == (Equivalence.objects.count(), Section.objects.count(), Ligne.objects.count(), effectifs())
    return exc.value.code


def test_refus_de_fusion(admin: Compte, sections: list[Section]) -> None:
    a, b, *_ = sections
    nouvelle = NouvelleSection("N", "N")
    ailleurs = creer_section("32001", "32")
    commun = {"date_effet": HIER, "par": admin}
    assert refus(fusionner_sections, anciennes=[a], vers=nouvelle, **commun) == "fusion_de_deux"
    assert refus(fusionner_sections, anciennes=[a, a], vers=nouvelle, **commun) == "fusion_de_deux"
    assert refus(fusionner_sections, anciennes=[a], vers=a, **commun) == "fusion_de_deux"
    assert (
        refus(fusionner_sections, anciennes=[a, ailleurs], vers=nouvelle, **commun)
        == "federations_differentes"
    )
    assert refus(fusionner_sections, anciennes=[a], vers=ailleurs, **commun) == "federations_differentes"
    demain = {"date_effet": date_du_jour() + timedelta(days=1), "par": admin}
    assert refus(fusionner_sections, anciennes=[a, b], vers=nouvelle, **demain) == "date_effet"
    for code in ("31003", "n", "", "TROP-LONG-CODE"):
        assert (
            refus(fusionner_sections, anciennes=[a, b], vers=NouvelleSection(code, "N"), **commun)
            == "code_de_section"
        )
    fusionner_sections(anciennes=[a, b], vers=nouvelle, **commun)
    assert refus(fusionner_sections, anciennes=[a], vers=b, **commun) == "section_remplacee"


def test_refus_de_scission(admin: Compte, sections: list[Section]) -> None:
    a, b, *_ = sections
    membre, autre, parti = (
        creer_adherent(section=a),
        creer_adherent(section=b),
        creer_adherent(section=a, sorti_le=date(2024, 1, 1)),
    )

    def scinder(*parts: NouvelleSection, reste: str = "N") -> str:
        return refus(scinder_section, section=a, parts=list(parts), reste=reste, date_effet=HIER, par=admin)

    n, o = NouvelleSection("N", "N"), NouvelleSection("O", "O")
    assert scinder(n) == scinder(n, n) == "scission_en_deux"
    assert scinder(n, o, reste="P") == "reste_inconnu"
    for numero in (autre.numero, parti.numero, "INCONNU"):
        assert scinder(n, NouvelleSection("O", "O", [numero])) == "numeros_inconnus"
    assert scinder(
        NouvelleSection("N", "N", [membre.numero]), NouvelleSection("O", "O", [membre.numero])
    ) == ("numeros_en_double")
    assert scinder(n, NouvelleSection("31002", "pris")) == "code_de_section"


# --- What the database refuses, whoever writes -------------------------------------------------


def equivalence(de: Section, vers: Section, nature: str = "fusion", le: date = JADIS) -> None:
    Equivalence.objects.create(ancienne=de, nouvelle=vers, nature=nature, date_effet=le)


def refus_de_la_base(nom: str, *gestes: object) -> None:
    with pytest.raises(IntegrityError) as exc, transaction.atomic():
        for geste in gestes:
            geste()
        immediates()
    assert exc.value.__cause__.diag.constraint_name == nom


def remplacer(*sections: Section):
    return lambda: Section.objects.filter(pk__in=[s.pk for s in sections]).update(etat="remplacee")


def test_histoires_incoherentes_refusees_par_la_base(sections: list[Section]) -> None:
    a, b, c, d = sections
    ailleurs = creer_section("32001", "32")
    for nom, paires in {
        "equivalence_unique": [(a, b, "scission"), (a, b, "scission")],
        "equivalence_une_federation": [(a, ailleurs)],
        "equivalence_une_fois": [(a, b), (a, c)],
        "equivalence_sans_cycle": [(a, b), (b, c), (c, a)],
        "equivalence_dates_en_ordre": [
            (a, b, "fusion", date(2025, 2, 1)),
            (b, c, "fusion", date(2025, 1, 1)),
        ],
        "equivalence_nature_connue": [(a, b, "oubli")],
        "section_remplacee_par_une_autre": [(a, d)],
    }.items():
        refus_de_la_base(nom, *(lambda p=p: equivalence(*p) for p in paires))
    refus_de_la_base("equivalence_sans_cycle", lambda: equivalence(a, a))
    refus_de_la_base("equivalence_une_fois", lambda: equivalence(a, b, "scission"), lambda: equivalence(a, c))
    refus_de_la_base("scission_en_deux", lambda: equivalence(a, b, "scission"), remplacer(a))
    refus_de_la_base("section_remplacee_par_une_autre", remplacer(a))
    refus_de_la_base(
        "section_remplacee_par_une_autre",
        lambda: Section.objects.create(code="R", nom="R", federation=a.federation, etat="remplacee"),
    )
    refus_de_la_base(
        "section_sur_place",
        lambda: Section.objects.filter(pk=a.pk).update(federation=ailleurs.federation),
    )


def test_ce_qui_est_ecrit_le_reste_et_personne_dans_une_section_remplacee(sections: list[Section]) -> None:
    a, b, *_ = sections
    equivalence(a, b)
    remplacer(a)()
    immediates()
    refus_de_la_base("equivalence_figee", lambda: Equivalence.objects.update(date_effet=HIER))
    refus_de_la_base("equivalence_figee", lambda: Equivalence.objects.filter(ancienne=a).delete())
    refus_de_la_base(
        "section_remplacee_par_une_autre", lambda: Section.objects.filter(pk=a.pk).update(etat="active")
    )
    membre, parti = creer_adherent(section=b), creer_adherent(section=a, sorti_le=date(2024, 1, 1))
    nom = "adherent_dans_une_section_vivante"
    refus_de_la_base(nom, lambda: creer_adherent(section=a))
    refus_de_la_base(nom, lambda: Adherent.objects.filter(pk=membre.pk).update(section=a))
    refus_de_la_base(nom, lambda: Adherent.objects.filter(pk=parti.pk).update(sorti_le=None))
    refus_de_la_base(nom, lambda: equivalence(b, sections[2]), remplacer(b))


@pytest.mark.django_db(transaction=True)
def test_deux_fusions_croisees_en_meme_temps() -> None:
    """A into B and B into A at once: one wins, the other is told, nothing is half done."""
    admin = creer_compte("administrateur", section=creer_section("75001", "75"))
    a, b = creer_section("31001"), creer_section("31002")
    for section in (a, a, b):
        creer_adherent(section=section)
    issues: list[str] = []
    depart = threading.Barrier(2)

    def fusionner(de: Section, vers: Section) -> None:
        depart.wait()
        try:
            fusionner_sections(anciennes=[de], vers=vers, date_effet=HIER, par=admin)
            issues.append("faite")
        except ActeImpossible as refuse:
            issues.append(refuse.code)
        finally:
            connection.close()

    fils = [threading.Thread(target=fusionner, args=paire) for paire in ((a, b), (b, a))]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == ["faite", "section_remplacee"]
    assert Equivalence.objects.count() == 1
    assert list(effectifs().values()) == [3]
