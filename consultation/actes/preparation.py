"""From the announcement to the opening: voting codes, public credentials, sealed boxes, code mails."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, transaction
from django.utils import timezone

from consultation import courriels
from consultation.belenios.election import Question as QuestionProtocole
from consultation.belenios.election import construire_election
from consultation.belenios.gardiens import construire_gardiens, lire_gardiens
from consultation.belenios.groupes import groupe
from consultation.belenios.identifiants import cle_publique, nouveau_code
from consultation.chaine import ajouter_evenement, hexa
from consultation.codes import ouvrir, sceller
from consultation.models import CodeScelle, Inscription, Scrutin, Urne
from consultation.regles import exiger_ouverture
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, exiger

GROUPE = "BELENIOS-2048"
SANS_ADRESSE = (
    "Le registre n'avait pas d'adresse électronique pour vous le jour de l'annonce : aucun code n'est parti. "
    "Faites enregistrer votre adresse par votre fédération, puis demandez à l'administration nationale d'y "
    "envoyer votre code."
)


def preparer_urne(*, urne: Urne) -> Urne:
    """Draw the codes of a box's voters, record public credentials, and seal the box with its Setup event.

    One transaction; a box already sealed is left as it is.  Codes are written voter by voter,
    credentials in the order of their value: nothing in the base says which goes with which.
    """
    with transaction.atomic():
        urne = Urne.objects.select_for_update(of=("self",)).select_related("scrutin").get(pk=urne.pk)
        scrutin = urne.scrutin
        if urne.est_preparee or scrutin.etat != Scrutin.Etat.ANNONCE:
            return urne
        gardiens = construire_gardiens([g.cle for g in scrutin.gardiens.all()])
        election = construire_election(
            uuid=urne.uuid,
            nom=scrutin.nom,
            description=f"{urne.nom}. Document de cadrage, SHA-256 : {scrutin.document_fige.empreinte}.",
            questions=[
                QuestionProtocole(
                    q.intitule, tuple(q.reponses()), q.minimum, q.maximum, q.blanc_est_un_drapeau
                )
                for q in scrutin.questions.prefetch_related("options")
            ],
            cle_publique=lire_gardiens(gardiens, groupe(GROUPE)).cle_election,
            administrateur="Refondation",
            autorite="server",
        )
        cles = sorted(_tirer_les_codes(urne))
        with (
            connection.cursor() as curseur,
            curseur.copy("COPY consultation_credentiel (urne_id, empreinte, cle) FROM STDIN") as copie,
        ):
            for cle in cles:
                decimal = str(cle)
                copie.write_row((urne.pk, hashlib.sha256(decimal.encode()).digest(), decimal))
        identifiants = "[" + ",".join(f'"{cle}"' for cle in cles) + "]"
        textes = [election.decode(), gardiens.decode(), identifiants]
        mise_en_place = '{{"election":"{}","trustees":"{}","credentials":"{}"}}'.format(*map(hexa, textes))
        urne.election = textes[0]
        urne.save(update_fields=["election"])
        ajouter_evenement(urne, "Setup", [*textes, mise_en_place])
        journaliser(
            acte="consultation.preparer_urne",
            par=None,
            objet=urne,
            details={"inscrits": len(cles), "tete": urne.tete},
        )
    return urne


def _tirer_les_codes(urne: Urne) -> list[int]:
    """Write the sealed codes of a box's voters and return the public keys, in no order that matters."""
    electeurs = (
        Inscription.objects.electrices()
        .filter(
            scrutin=urne.scrutin_id,
            college=urne.college,
            section__in=urne.rattachements.values("section"),
        )
        .values_list("pk", "adherent__courriel")
    )
    publique = bytes(urne.scrutin.trousseau.publique)
    le_groupe = groupe(GROUPE)
    cles: list[int] = []
    with connection.cursor() as curseur:
        tampon = io.StringIO()
        for inscription, courriel in electeurs.order_by("pk").iterator(chunk_size=5000):
            code = nouveau_code()
            cles.append(int(cle_publique(code, urne.uuid, le_groupe)))
            (scelle,) = sceller(publique, [code])
            tampon.write(f"{inscription}\t{urne.pk}\t\\\\x{scelle.hex()}\t{_copie(courriel)}\t0\n")
        with curseur.copy(
            "COPY consultation_codescelle (inscription_id, urne_id, scelle, courriel, envois) FROM STDIN"
        ) as copie:
            copie.write(tampon.getvalue())
    return cles


def _copie(texte: str) -> str:
    return texte.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")


def envoyer_codes(*, urne: Urne, nombre: int = 100, instant: datetime | None = None) -> int:
    """Mail the next `nombre` codes of an open vote that were never sent; how many were sent.

    Lines are locked and marked in the same transaction as the sending: a second worker takes
    others, a killed one sends again at most one batch.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        scrutin = Scrutin.objects.get(pk=urne.scrutin_id)
        if not scrutin.accepte_les_bulletins(instant):
            return 0
        codes = list(
            CodeScelle.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("inscription__adherent")
            .filter(urne=urne, envoye_le=None)
            .exclude(courriel="")
            .order_by("pk")[:nombre]
        )
        _envoyer(scrutin, codes, instant)
    return len(codes)


def renvoyer_mon_code(*, scrutin: Scrutin, inscription: Inscription, instant: datetime | None = None) -> str:
    """Mail a voter's code again to the address frozen at the announcement; that address, masked.

    The voter asks for it; the page limits the rate.  Refused outside the window, for who is not
    on the roll, and where the register holds no address.
    """
    instant = instant or timezone.now()
    with transaction.atomic():
        scrutin = Scrutin.objects.get(pk=scrutin.pk)
        exiger_ouverture(scrutin, instant)
        code = (
            CodeScelle.objects.select_for_update(of=("self",))
            .select_related("inscription__adherent")
            .filter(inscription=inscription)
            .first()
        )
        if code is None:
            raise ActeImpossible(
                "Vous n'êtes pas sur la liste de ce scrutin : aucun code n'est à votre nom.",
                code="hors_liste",
                statut=403,
            )
        if not code.courriel:
            raise ActeImpossible(SANS_ADRESSE, code="sans_adresse")
        _envoyer(scrutin, [code], instant)
    return courriels.masquer(code.courriel)


def adresser_mon_code(
    *, scrutin: Scrutin, inscription: Inscription, par: Compte, instant: datetime | None = None
) -> str:
    """Send a voter's code to the address that the register holds now; that address, masked.

    The address is frozen at the announcement, so that whoever edits the register cannot take
    votes; this is the human exception, for who had none or has lost it: a role, a journal line.
    """
    instant = instant or timezone.now()
    exiger(par, "consultation.renvoyer_codes", scrutin)
    with transaction.atomic():
        scrutin = Scrutin.objects.get(pk=scrutin.pk)
        exiger_ouverture(scrutin, instant)
        code = (
            CodeScelle.objects.select_for_update(of=("self",))
            .select_related("inscription__adherent")
            .filter(inscription=inscription, inscription__scrutin=scrutin)
            .first()
        )
        if code is None:
            raise ActeImpossible("Cette personne n'est pas sur la liste de ce scrutin.", code="hors_liste")
        adresse = code.inscription.adherent.courriel
        if not adresse:
            raise ActeImpossible(
                "Le registre n'a pas d'adresse électronique pour cette personne. Enregistrez-la d'abord.",
                code="sans_adresse",
            )
        code.courriel = adresse
        code.save(update_fields=["courriel"])
        _envoyer(scrutin, [code], instant)
        journaliser(
            acte="consultation.renvoyer_codes",
            par=par,
            objet=scrutin,
            instant=instant,
            details={"inscription": inscription.pk},
        )
    return courriels.masquer(adresse)


def _envoyer(scrutin: Scrutin, codes: list[CodeScelle], instant: datetime) -> None:
    if not codes:
        return
    clairs = ouvrir(bytes(scrutin.trousseau.privee_scellee), [bytes(c.scelle) for c in codes])
    base = f"{settings.ADRESSE_PUBLIQUE}/scrutins/{scrutin.slug}/voter/"
    messages = []
    for c, clair in zip(codes, clairs, strict=True):
        personne = c.inscription.adherent
        # After '#': browsers keep a fragment to themselves, no server sees the code.
        lien = f"{base}#code={clair}&pour={courriels.repere(personne.numero)}"
        messages.append(
            courriels.code_de_vote(scrutin, destinataire=c.courriel, personne=personne, code=clair, lien=lien)
        )
    with get_connection() as liaison:
        liaison.send_messages(messages)
    for c in codes:
        c.envoye_le = instant
        c.envois += 1
    CodeScelle.objects.bulk_update(codes, ["envoye_le", "envois"])
