"""The computation of one section's seats, step by step, in words and in exact figures."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from delegues.repartition import TRANCHE
from delegues.sieges import RESTES
from refondation.interface.formats import nombre

REGLES_D_EGALITE = {
    "refuser": "Aucune règle ne tranche : le siège n'est à personne tant que la direction n'en choisit pas une",
    "plus-petit-code": "La règle publiée donne le siège au plus petit code",
    "tirage": "La règle publiée est un tirage rejouable",
}


def etapes(detail: dict[str, Any], effectif: int, sieges: int, egalite: str) -> list[str]:
    """One French sentence a step, from the members to the seats; `detail` is that of a `Part`."""
    if detail["regle"] == TRANCHE:
        return _tranche(detail, effectif, sieges)
    lignes = [
        f"{_sieges(detail['sieges'])} à partager entre {nombre(detail['membres'])} adhérent·es : "
        f"{nombre(effectif)} × {nombre(detail['sieges'])} ÷ {nombre(detail['membres'])} = "
        f"{valeur(Fraction(effectif * detail['sieges'], detail['membres']))}."
    ]
    lignes += (
        _restes(detail, effectif) if detail["methode"] == RESTES else _diviseurs(detail, effectif, sieges)
    )
    if detail["a_egalite"]:
        issue = "le siège lui revient" if detail["retenu"] else "le siège ne lui revient pas"
        lignes.append(
            f"Pour le dernier siège, il y a égalité parfaite avec d'autres. {REGLES_D_EGALITE[egalite]}"
            + (f" : {issue}." if egalite != "refuser" else ".")
        )
    return [*lignes, f"Total : {_sieges(sieges)}."]


def _tranche(detail: dict[str, Any], effectif: int, sieges: int) -> list[str]:
    if "sections" in detail:
        return [f"Somme des sièges de ses {nombre(detail['sections'])} sections : {nombre(sieges)}."]
    exact = valeur(Fraction(effectif, detail["tranche"]))
    lignes = [
        f"{nombre(effectif)} ÷ {nombre(detail['tranche'])} = {exact}, soit "
        f"{nombre(detail['tranches'])} tranche{'s' if detail['tranches'] > 1 else ''} "
        f"commencée{'s' if detail['tranches'] > 1 else ''}."
    ]
    if detail["plancher"] > detail["tranches"]:
        lignes.append(f"Le plancher garantit {_sieges(detail['plancher'])}.")
    return [*lignes, f"Total : {_sieges(sieges)}."]


def _restes(detail: dict[str, Any], effectif: int) -> list[str]:
    if detail["au_plancher"]:
        return [f"Sa part n'atteint pas le plancher, qui garantit {_sieges(detail['plancher'])}."]
    quotient = Fraction(detail["quotient"])
    lignes = []
    if detail["restants"] != detail["sieges"]:
        lignes.append(
            f"Une fois servis ceux que le plancher relève, il reste {_sieges(detail['restants'])} "
            f"pour {nombre(detail['membres_restants'])} adhérent·es : {nombre(effectif)} × "
            f"{nombre(detail['restants'])} ÷ {nombre(detail['membres_restants'])} = {valeur(quotient)}."
        )
    entiers = quotient.numerator // quotient.denominator
    reste = quotient - entiers
    lignes.append(f"Partie entière : {_sieges(entiers)}. Reste : {valeur(reste)}.")
    if detail["seuil"] is None:
        lignes.append("Aucun siège ne se donne au reste : tous les quotients sont entiers.")
    elif not detail["a_egalite"]:
        seuil = Fraction(detail["seuil"])
        lignes.append(
            f"Le plus petit reste servi est {valeur(seuil)}. "
            + ("Celui-ci y arrive : un siège de plus." if reste >= seuil else "Celui-ci est plus petit.")
        )
    return lignes


def _diviseurs(detail: dict[str, Any], effectif: int, sieges: int) -> list[str]:
    if detail["seuil"] is None:
        return [f"Le plancher prend tous les sièges : {_sieges(sieges)} pour chacun."]
    seuil = Fraction(detail["seuil"])
    obtenu, suivant = detail["diviseurs"]
    lignes = [f"Le dernier siège partagé est allé au quotient {valeur(seuil)}."]
    if obtenu is not None:
        lignes.append(_quotient(effectif, obtenu, sieges, seuil, detail["plancher"]))
    prochain = Fraction(effectif, suivant)
    lignes.append(
        f"{_rang(sieges + 1)} siège : {nombre(effectif)} ÷ {nombre(suivant)} = {valeur(prochain)}, "
        + ("à égalité avec ce quotient." if prochain == seuil else "moins que ce quotient : non.")
    )
    return lignes


def _quotient(effectif: int, diviseur: int, sieges: int, seuil: Fraction, plancher: int) -> str:
    quotient = Fraction(effectif, diviseur)
    calcul = f"{_rang(sieges)} siège : {nombre(effectif)} ÷ {nombre(diviseur)} = {valeur(quotient)}, "
    if quotient < seuil:
        return f"{calcul}moins que ce quotient, mais le plancher garantit {_sieges(plancher)}."
    return f"{calcul}{'autant' if quotient == seuil else 'plus'} que ce quotient : obtenu."


def valeur(fraction: Fraction) -> str:
    """ "2,5", or "environ 2,214 (exactement 31/14)" where three decimals do not say it all."""
    if fraction.denominator == 1:
        return nombre(fraction.numerator)
    decimal = (Decimal(fraction.numerator) / Decimal(fraction.denominator)).quantize(
        Decimal("0.001"), ROUND_HALF_UP
    )
    if Fraction(decimal) == fraction:
        return nombre(decimal.normalize())
    return (
        f"environ {nombre(decimal)} (exactement {nombre(fraction.numerator)}/{nombre(fraction.denominator)})"
    )


def _sieges(combien: int) -> str:
    return f"{nombre(combien)} siège{'s' if combien > 1 else ''}"


def _rang(combien: int) -> str:
    return "1er" if combien == 1 else f"{nombre(combien)}e"
