"""How many members of each section count for its seats, as the register stood on the reference date."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import connection

from delegues.eligibilite import adhesion_limite
from delegues.models import Campagne
from refondation.interface.formats import PARIS
from refondation.territoire.models import Equivalence, Section

# Each member with the values that the columns had when the day ended: those of the first change
# made since, else those of today.  A merge or a split moved nobody: the section is the one that
# the member is counted in now.
_EFFECTIFS = """
    WITH depuis AS (
        SELECT adherent_id,
            (array_agg(avant ->> 'section_id' ORDER BY le, id)
                FILTER (WHERE avant ? 'section_id' AND cause NOT IN ('fusion', 'scission')))[1] AS section_id,
            bool_or(avant ? 'statut') AS a_statut,
            (array_agg(avant ->> 'statut' ORDER BY le, id) FILTER (WHERE avant ? 'statut'))[1] AS statut,
            bool_or(avant ? 'adhesion_le') AS a_adhesion,
            (array_agg(avant ->> 'adhesion_le' ORDER BY le, id) FILTER (WHERE avant ? 'adhesion_le'))[1]
                AS adhesion_le,
            bool_or(avant ? 'a_jour_au') AS a_cotisation,
            (array_agg(avant ->> 'a_jour_au' ORDER BY le, id) FILTER (WHERE avant ? 'a_jour_au'))[1]
                AS a_jour_au,
            bool_or(avant ? 'sorti_le') AS a_sortie,
            (array_agg(avant ->> 'sorti_le' ORDER BY le, id) FILTER (WHERE avant ? 'sorti_le'))[1] AS sorti_le
        FROM membres_changement WHERE le >= %(soir)s GROUP BY adherent_id
    ), alors AS (
        SELECT
            COALESCE(d.section_id::bigint, a.section_id) AS section_id,
            CASE WHEN d.a_statut THEN d.statut ELSE a.statut END AS statut,
            CASE WHEN d.a_adhesion THEN d.adhesion_le::date ELSE a.adhesion_le END AS adhesion_le,
            CASE WHEN d.a_cotisation THEN d.a_jour_au::date ELSE a.a_jour_au END AS a_jour_au,
            CASE WHEN d.a_sortie THEN d.sorti_le::date ELSE a.sorti_le END AS sorti_le
        FROM membres_adherent a LEFT JOIN depuis d ON d.adherent_id = a.id
    )
    SELECT section_id, count(*) FROM alors
    WHERE statut = 'adherent'
        AND adhesion_le <= %(adhesion)s
        AND (sorti_le IS NULL OR sorti_le > %(reference)s)
        AND (%(cotisation)s::date IS NULL OR a_jour_au >= %(cotisation)s::date)
    GROUP BY section_id
"""


def effectifs(campagne: Campagne) -> dict[Section, int]:
    """Members who count, by section of today (`federation` loaded), in the order of codes; nobody: absent.

    A member counts who was an adhérent·e on the evening of the reference date, with the seniority
    and the dues that the campaign asks.  A section replaced since is counted in the one that
    replaced it; where a split left that unsaid, in its part with the smallest code.
    """
    soir = datetime.combine(campagne.reference_le + timedelta(days=1), time(), PARIS)
    with connection.cursor() as curseur:
        curseur.execute(
            _EFFECTIFS,
            {
                "soir": soir,
                "adhesion": adhesion_limite(campagne),
                "reference": campagne.reference_le,
                "cotisation": campagne.cotisation_au,
            },
        )
        par_section = dict(curseur.fetchall())
    suivante = _suivantes()
    sections = Section.objects.select_related("federation").in_bulk()
    comptes: dict[Section, int] = {}
    for pk, nombre in par_section.items():
        actuelle = pk
        while actuelle in suivante:
            actuelle = suivante[actuelle]
        comptes[sections[actuelle]] = comptes.get(sections[actuelle], 0) + nombre
    return dict(sorted(comptes.items(), key=lambda compte: compte[0].code))


def _suivantes() -> dict[int, int]:
    """Each replaced section (id) → the one that is counted instead."""
    liens = Equivalence.objects.order_by("ancienne", "-nouvelle__code").values_list("ancienne", "nouvelle")
    return dict(liens)  # of several parts, the last one read wins: the smallest code
