"""What the platform holds about one person, in a form that this person can take away."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from refondation.journal.models import Ligne
from refondation.membres.models import Compte


def donnees_de(compte: Compte) -> dict[str, Any]:
    """JSON values: {"etabli_le", "registre" (or None), "compte", "mandats", "seconds_facteurs", "actes"}.

    No secret (keys, codes), and nothing of what was voted, which nothing here can tell.
    """
    return {
        "etabli_le": timezone.now().isoformat(timespec="seconds"),
        "registre": _registre(compte),
        "compte": {
            "identifiant": str(compte.identifiant),
            "nom": compte.nom,
            "adresse_electronique": compte.email,
            "cree_le": compte.date_joined.isoformat(timespec="seconds"),
            "derniere_connexion": compte.last_login and compte.last_login.isoformat(timespec="seconds"),
        },
        "mandats": [
            {
                "role": str(mandat),
                "debut": mandat.debut.isoformat(),
                "fin": mandat.fin and mandat.fin.isoformat(),
            }
            for mandat in compte.mandats.select_related("federation", "section").order_by("debut", "pk")
        ],
        "seconds_facteurs": [
            {
                "genre": facteur.get_type_display(),
                "nom": facteur.data.get("name", ""),
                "ajoute_le": facteur.created_at.isoformat(timespec="seconds"),
                "utilise_le": facteur.last_used_at and facteur.last_used_at.isoformat(timespec="seconds"),
            }
            for facteur in Authenticator.objects.filter(user=compte).order_by("pk")
        ],
        "actes": [
            {"instant": ligne.instant.isoformat(timespec="seconds"), "acte": ligne.acte, "objet": ligne.objet}
            for ligne in Ligne.objects.filter(acteur=compte).order_by("rang")
        ],
    }


def _registre(compte: Compte) -> dict[str, Any] | None:
    adherent = compte.adherent
    if adherent is None:
        return None
    return {
        "numero": adherent.numero,
        "nom": adherent.nom,
        "prenom": adherent.prenom,
        "adresse_electronique": adherent.courriel,
        "naissance": adherent.naissance and adherent.naissance.isoformat(),
        "genre": adherent.get_genre_display(),
        "section": str(adherent.section),
        "federation": str(adherent.section.federation),
        "adhesion_le": adherent.adhesion_le.isoformat(),
        "cotisation_a_jour_au": adherent.a_jour_au and adherent.a_jour_au.isoformat(),
        "statut": adherent.get_statut_display(),
        "sortie_le": adherent.sorti_le and adherent.sorti_le.isoformat(),
    }
