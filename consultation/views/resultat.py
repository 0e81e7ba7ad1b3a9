"""The result: its page, its files, its minutes; public once published, the commission's from the count on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultation import exports, resultats
from consultation.models import Scrutin
from consultation.proces_verbal import composer_le_proces_verbal
from consultation.resultats import Ligne, Resultat
from consultation.views.acces import trouver
from refondation.interface.formats import nombre, pourcentage
from refondation.interface.trame import ECHELLE_DES_PARTS, niveau, nom_de_case
from refondation.membres.regles import ActeImpossible, peut

PUBLIC = "public, max-age=600"
PRIVE = "private, no-store"


def compte(request: HttpRequest, slug: str) -> Scrutin:
    """The vote, if its result may be seen: by all once published, before that by who controls it."""
    scrutin = trouver(request, slug)
    if scrutin.etat == Scrutin.Etat.PUBLIE:
        return scrutin
    if scrutin.etat == Scrutin.Etat.DEPOUILLE and peut(request.user, "consultation.controler", scrutin):
        return scrutin
    raise ActeImpossible(
        "Le résultat de ce scrutin n'est pas publié. Il le sera après le dépouillement et le contrôle.",
        code="pas_publie",
        statut=404,
    )


@login_not_required
@require_safe
def resultat(request: HttpRequest, slug: str) -> HttpResponse:
    scrutin = compte(request, slug)
    lus = resultats.lire(scrutin)
    contexte = {
        "scrutin": scrutin,
        "principal": lus[0],
        "consultatif": next((r for r in lus[1:]), None),
        "peut_publier": scrutin.etat == Scrutin.Etat.DEPOUILLE
        and peut(request.user, "consultation.publier", scrutin),
        "document": scrutin.document_fige,
        "adresse": _adresse(scrutin),
    } | Lecture(lus[0], request.GET).contexte()
    reponse = render(request, "consultation/resultat/resultat.html", contexte)
    reponse["Cache-Control"] = PRIVE
    return reponse


@login_not_required
@require_safe
def resultat_csv(request: HttpRequest, slug: str) -> HttpResponse:
    scrutin = compte(request, slug)
    corps = exports.en_csv(scrutin, resultats.lire(scrutin))
    return _fichier(scrutin, HttpResponse(corps, content_type="text/csv; charset=utf-8"), "csv")


@login_not_required
@require_safe
def resultat_json(request: HttpRequest, slug: str) -> HttpResponse:
    scrutin = compte(request, slug)
    corps = exports.en_json(scrutin, resultats.lire(scrutin), adresse=_adresse(scrutin))
    reponse = JsonResponse(corps, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _fichier(scrutin, reponse, "json")


@login_not_required
@require_safe
def archives(request: HttpRequest, slug: str) -> HttpResponse:
    """The address of each archive, one a line, for `wget -i`."""
    scrutin = compte(request, slug)
    base = _adresse(scrutin)
    uuids = scrutin.urnes.order_by("uuid").values_list("uuid", flat=True)
    lignes = "".join(f"{base}urnes/{uuid}.bel\n" for uuid in uuids)
    return _fichier(scrutin, HttpResponse(lignes, content_type="text/plain; charset=utf-8"), "txt")


@login_not_required
@require_safe
def proces_verbal(request: HttpRequest, slug: str) -> HttpResponse:
    scrutin = compte(request, slug)
    octets = composer_le_proces_verbal(scrutin, resultats.lire(scrutin), adresse=_adresse(scrutin))
    reponse = _fichier(scrutin, HttpResponse(octets, content_type="application/pdf"), "pdf")
    reponse["Content-Disposition"] = f'inline; filename="proces-verbal-{scrutin.slug}.pdf"'
    return reponse


def _adresse(scrutin: Scrutin) -> str:
    return f"{settings.ADRESSE_PUBLIQUE}{scrutin.get_absolute_url()}"


def _fichier(scrutin: Scrutin, reponse: HttpResponse, extension: str) -> HttpResponse:
    reponse["Content-Disposition"] = f'attachment; filename="resultat-{scrutin.slug}.{extension}"'
    reponse["Cache-Control"] = PUBLIC if scrutin.etat == Scrutin.Etat.PUBLIE else PRIVE
    return reponse


# --- What the page shows of a result, by the links that the reader followed ----------------------


LIBELLES = {
    "nom": "Fédération",
    "inscrits": "Inscrit·es",
    "votants": "Votant·es",
    "participation": "Participation",
}


class Lecture:
    """The table and the map of a result: question, order, measure and view come from the address."""

    def __init__(self, resultat: Resultat, parametres: QueryDict) -> None:
        self.resultat = resultat
        self.sujets = [d.sujet for d in resultat.nationaux or ()]
        self.question = self._entier(parametres.get("question"), len(self.sujets))
        self.sujet = self.sujets[self.question - 1]
        reponses = len(self.sujet.reponses) if resultat.par_federation else 0
        self.mesures = ["participation", *(f"r{n}" for n in range(1, reponses + 1))]
        self.colonnes = ["nom", "inscrits", "votants", *self.mesures]
        self.tri = self._parmi(parametres.get("tri"), self.colonnes, "nom")
        self.decroissant = parametres.get("sens") == "desc"
        self.mesure = self._parmi(parametres.get("carte"), self.mesures, "participation")
        self.vue = self._parmi(parametres.get("vue"), ["trame", "departements"], "trame")

    @staticmethod
    def _entier(texte: str | None, maximum: int) -> int:
        return (
            int(texte) if texte and texte.isascii() and texte.isdigit() and 1 <= int(texte) <= maximum else 1
        )

    @staticmethod
    def _parmi(texte: str | None, choix: Sequence[str], defaut: str) -> str:
        return texte if texte in choix else defaut

    def contexte(self) -> dict[str, Any]:
        return {
            "sujet": self.sujet,
            "plusieurs": len(self.sujets) > 1,
            "question": self.question,
            "questions": [
                {"rang": n, "intitule": s.intitule, "url": self.lien(question=n), "ici": n == self.question}
                for n, s in enumerate(self.sujets, 1)
            ],
            "lignes": [self._ligne(x) for x in self._triees()],
            "entetes": [self._entete(c) for c in self.colonnes],
            "mesures": [
                {
                    "libelle": self._libelle(m),
                    "url": self.lien(carte=m, ancre="carte"),
                    "ici": m == self.mesure,
                }
                for m in self.mesures
            ],
            "vue": self.vue,
            "autre_vue": self.lien(vue="departements" if self.vue == "trame" else "trame", ancre="carte"),
            "legende": f"{self._libelle(self.mesure)}, par fédération",
            "echelle": ECHELLE_DES_PARTS,
            "valeurs": self._valeurs(),
        }

    def lien(self, *, ancre: str = "federations", **changements: object) -> str:
        etat = {
            "question": self.question,
            "tri": self.tri,
            "sens": "desc" if self.decroissant else "asc",
            "carte": self.mesure,
            "vue": self.vue,
        } | changements
        defauts = {"question": 1, "tri": "nom", "sens": "asc", "carte": "participation", "vue": "trame"}
        parametres = QueryDict(mutable=True)
        parametres.update({k: str(v) for k, v in etat.items() if v != defauts[k]})
        return f"?{parametres.urlencode()}#{ancre}"

    # --- one line --------------------------------------------------------------------------------

    def _part(self, ligne: Ligne, mesure: str) -> float | None:
        if mesure == "participation":
            return ligne.participation.part
        if ligne.decomptes is None:
            return None
        return ligne.decomptes[self.question - 1].reponses[int(mesure[1:]) - 1].part

    def _ligne(self, ligne: Ligne) -> dict[str, Any]:
        decompte = ligne.decomptes[self.question - 1] if ligne.decomptes else None
        return {
            "participation": ligne.participation,
            "decompte": decompte,
            "colonnes_vides": range(len(self.mesures) - 1),
        }

    def _triees(self) -> list[Ligne]:
        def cle(ligne: Ligne) -> tuple:
            p = ligne.participation
            if self.tri == "nom":
                return (0, p.federations)
            valeur = (
                {"inscrits": p.inscrits, "votants": p.votants}[self.tri]
                if self.tri in ("inscrits", "votants")
                else self._part(ligne, self.tri)
            )
            # Hidden figures stay last, whatever the order.
            absente = valeur is None
            return (absente != self.decroissant, valeur or 0)

        return sorted(self.resultat.lignes, key=cle, reverse=self.decroissant)

    def _entete(self, colonne: str) -> dict[str, Any]:
        ici = colonne == self.tri
        # The first click on figures gives the largest first.
        suivant = ("asc" if self.decroissant else "desc") if ici else ("asc" if colonne == "nom" else "desc")
        return {
            "libelle": self._libelle(colonne),
            "url": self.lien(tri=colonne, sens=suivant),
            "nombre": colonne != "nom",
            "aria": ("descending" if self.decroissant else "ascending") if ici else "",
        }

    def _libelle(self, colonne: str) -> str:
        return LIBELLES.get(colonne) or self.sujet.reponses[int(colonne[1:]) - 1]

    def _valeurs(self) -> list[dict[str, Any]]:
        valeurs = []
        for ligne in self.resultat.lignes:
            part = self._part(ligne, self.mesure)
            texte = self._en_mots(ligne, part)
            valeurs += [
                {
                    "code": code,
                    "niveau": niveau(part),
                    "texte": f"{nom_de_case(ligne.participation, code)} : {texte}",
                    "url": "",
                }
                for code in ligne.participation.federations
            ]
        return valeurs

    def _en_mots(self, ligne: Ligne, part: float | None) -> str:
        if part is None:
            return "non affiché"
        p = ligne.participation
        if self.mesure == "participation":
            return f"{nombre(p.votants)} votant·es sur {nombre(p.inscrits)} inscrit·es ({pourcentage(part)})"
        reponse = ligne.decomptes[self.question - 1].reponses[int(self.mesure[1:]) - 1]
        exprimes = ligne.decomptes[self.question - 1].exprimes
        return f"{nombre(reponse.voix)} voix sur {nombre(exprimes)} exprimées ({pourcentage(part)})"
