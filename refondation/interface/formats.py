"""Numbers, dates and hours as a French reader expects them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.safestring import SafeString

FINE = "\u202f"  # narrow no-break space: thousands, and before % and double punctuation
PARIS = ZoneInfo("Europe/Paris")
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def nombre(valeur: float | Decimal) -> str:
    """1204 → "1 204"; decimals, if any, follow a comma."""
    texte = f"{valeur:,}".replace(",", FINE).replace(".", ",")
    return texte.replace("-", "\u2212")


def pourcentage(part: float | Decimal) -> str:
    """0.521 → "52,1 %"; only the exact bounds are written without a decimal."""
    if part in (0, 1):
        return f"{int(part) * 100}{FINE}%"
    return f"{nombre(round(Decimal(part) * 100, 1))}{FINE}%"


def jour(valeur: date) -> str:
    """A date in full: "21 septembre 2026", "1er mars 2027"; the day of a datetime is that of Paris."""
    if isinstance(valeur, datetime):
        valeur = valeur.astimezone(PARIS).date()
    return f"{'1er' if valeur.day == 1 else valeur.day} {MOIS[valeur.month - 1]} {valeur.year}"


def moment(valeur: datetime) -> str:
    """ "lundi 21 septembre 2026 à 18 h 00, heure de Paris"."""
    a_paris = valeur.astimezone(PARIS)
    heure = f"{a_paris.hour}\u00a0h\u00a0{a_paris.minute:02d}"
    return f"{JOURS[a_paris.weekday()]} {jour(a_paris)} à {heure}, heure de Paris"


def balise_moment(valeur: datetime) -> SafeString:
    """The same as `moment`, in a `<time>` to which `heure_locale.js` adds the reader's own hour where it differs."""
    return format_html('<time datetime="{}" data-moment>{}</time>', valeur.isoformat(), moment(valeur))
