"""Casting over HTTP: real ballots of distinct voters through two gunicorn processes, beside verification alone."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from bancs import Mesure
from consultation import actes, controle
from consultation.belenios.bulletins import chiffrer, verifier
from consultation.belenios.election import Election
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.chaine import election_de
from consultation.codes import ouvrir
from consultation.models import CodeScelle, Gardien, Scrutin, Urne
from consultation.views.isoloir import jeton_de_l_electeur
from refondation.membres.models import Adherent, Compte, Mandat
from refondation.membres.sessions import SessionStore
from refondation.territoire.models import Federation, Section

COEURS = 2
SECONDES = 60
TOURS = 5
CONNEXIONS = 8
FEDERATIONS = 20
# Enough for whatever two cores cast in a second.
ELECTEURS_PAR_SECONDE = 260
CSRF = secrets.token_hex(16)


@dataclass(frozen=True)
class Envoi:
    """One cast, ready to be written on a socket, and its ballot."""

    requete: bytes
    urne: int
    bulletin: bytes


def mesurer(taille: float) -> list[Mesure]:
    """Casting and verification alone take turns; the pair whose ratio is the median counts."""
    duree = max(2.0, SECONDES * taille) / TOURS
    scrutin = _preparer(int(ELECTEURS_PAR_SECONDE * duree * TOURS))
    statuts: Counter[int] = Counter()
    latences: list[float] = []
    with ProcessPoolExecutor(COEURS) as pool:
        lots = _lots(pool, scrutin)
        seule = _verification_seule(pool, lots, duree)
        # What verification alone would bear for the whole time is more than the casts will use.
        envois = iter(_preparer_les_envois(pool, scrutin, int(seule * duree * TOURS * 1.2) + CONNEXIONS))
        connections.close_all()
        with _serveur() as port:
            # The first casts warm the processes (imports, tables, connections) and are not timed.
            asyncio.run(_envoyer(envois, port, 0.0, Counter(), []))
            tours = []
            for _ in range(TOURS):
                avant = len(latences)
                ecoule = asyncio.run(_envoyer(envois, port, duree, statuts, latences))
                debit = (len(latences) - avant) / ecoule
                tours.append((debit, _verification_seule(pool, lots, duree / 2)))
    recus = statuts.pop(201, 0)
    scrutin.refresh_from_db()
    _exiger_l_urne_juste(scrutin, recus)
    latences.sort()
    debit, etalon = sorted(tours, key=lambda tour: tour[0] / tour[1])[TOURS // 2]
    details = {
        "depots": recus,
        "tours": [[round(d, 1), round(e, 1)] for d, e in tours],
        "secondes_par_tour": duree,
        "electeurs": scrutin.inscriptions.count(),
        "urnes": scrutin.urnes.count(),
        "connexions": CONNEXIONS,
        "latence_mediane_ms": round(latences[len(latences) // 2] * 1000, 1),
        "latence_95_ms": round(latences[len(latences) * 95 // 100] * 1000, 1),
        "autres_statuts": {str(s): n for s, n in statuts.items()},
    }
    return [
        Mesure(
            "dépôt par HTTP",
            debit,
            etalon,
            "≥ 60 % de la vérification seule",
            "min",
            0.6,
            "bulletins/s",
            details,
        ),
        Mesure("erreurs au dépôt", sum(statuts.values()), None, "aucune", "max", 0, "réponses"),
    ]


# --- The vote, its voters, their sessions ---------------------------------------------------------


def _preparer(nombre: int) -> Scrutin:
    """A vote open now, through the acts; one federation box each for `FEDERATIONS` federations."""
    sections = []
    for i in range(FEDERATIONS):
        federation = Federation.objects.create(code=f"F{i:02}", nom=f"Fédération {i}", nature="metropole")
        sections.append(Section.objects.create(code=f"F{i:02}001", nom=f"Section {i}", federation=federation))
    adherents = Adherent.objects.bulk_create(
        (
            Adherent(
                numero=f"A{i:07}",
                nom=f"Nom{i}",
                prenom="Camille",
                courriel=f"a{i}@exemple.fr",
                section=sections[i % FEDERATIONS],
                adhesion_le=date(2020, 1, 1),
                a_jour_au=date(2099, 12, 31),
            )
            for i in range(nombre)
        ),
        batch_size=2000,
    )
    Compte.objects.bulk_create(
        (
            Compte(email=a.courriel, nom=a.prenom, adherent=a, password=f"!{secrets.token_hex(20)}")
            for a in adherents
        ),
        batch_size=2000,
    )
    admin = Compte.objects.create(email="admin@exemple.fr", nom="Admin")
    Mandat.objects.create(compte=admin, role=Mandat.Role.ADMINISTRATEUR, debut=date(2020, 1, 1))
    maintenant = timezone.now()
    scrutin = actes.creer_scrutin(
        par=admin,
        slug="banc",
        nom="Banc",
        ouvre_le=maintenant - timedelta(days=1),
        ferme_le=maintenant + timedelta(days=1),
        reference_le=maintenant.date(),
    )
    actes.rediger_document(scrutin=scrutin, titre="Banc", texte="Un texte.", par=admin)
    actes.ecrire_question(scrutin=scrutin, intitule="Acceptez-vous ?", options=["Oui", "Non"], par=admin)
    actes.designer_gardiens(scrutin=scrutin, comptes=[admin], par=admin)
    _, cle = nouvelle_cle(groupe("BELENIOS-2048"))
    actes.deposer_cle(gardien=Gardien.objects.get(scrutin=scrutin), cle=cle, par=admin)
    actes.annoncer_scrutin(scrutin=scrutin, par=admin, instant=maintenant - timedelta(days=2))
    for urne in scrutin.urnes.all():
        actes.preparer_urne(urne=urne)
    actes.ouvrir_scrutin(scrutin=scrutin, par=None, instant=scrutin.ouvre_le)
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    scrutin.refresh_from_db()
    return scrutin


def _codes(scrutin: Scrutin, nombre: int) -> list[tuple[CodeScelle, str]]:
    """The first voters, box after box in turn, with their private codes."""
    scelles = list(
        CodeScelle.objects.filter(inscription__scrutin=scrutin)
        .select_related("inscription__adherent__compte")
        .order_by("inscription__adherent__numero")[:nombre]
    )
    clairs = ouvrir(bytes(scrutin.trousseau.privee_scellee), [bytes(c.scelle) for c in scelles])
    return list(zip(scelles, clairs, strict=True))


def _chiffrer(texte: str, code: str) -> bytes:
    return chiffrer(Election.lire(texte.encode()), code, [[1, 0, 0]])


def _bulletins(
    pool: ProcessPoolExecutor, scrutin: Scrutin, codes: list[tuple[CodeScelle, str]]
) -> list[bytes]:
    textes = dict(scrutin.urnes.values_list("pk", "election"))
    return list(
        pool.map(_chiffrer, [textes[c.urne_id] for c, _ in codes], [code for _, code in codes], chunksize=20)
    )


def _preparer_les_envois(pool: ProcessPoolExecutor, scrutin: Scrutin, nombre: int) -> list[Envoi]:
    codes = _codes(scrutin, nombre)
    bulletins = _bulletins(pool, scrutin, codes)
    chemin = reverse("consultation:depot", args=[scrutin.slug])
    sessions, envois = [], []
    for (code, _), bulletin in zip(codes, bulletins, strict=True):
        cle, session = _session(code.inscription.adherent.compte)
        sessions.append(session)
        entetes = (
            f"POST {chemin} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(bulletin)}\r\n"
            f"X-CSRFToken: {CSRF}\r\nX-Electeur: {jeton_de_l_electeur(code.inscription)}\r\n"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={cle}; {settings.CSRF_COOKIE_NAME}={CSRF}\r\n\r\n"
        )
        envois.append(Envoi(entetes.encode() + bulletin, code.urne_id, bulletin))
    Session.objects.bulk_create(sessions, batch_size=2000)
    return envois


def _session(compte: Compte) -> tuple[str, Session]:
    """The session that a log-in would have left; the bench measures casting, not logging in."""
    cle = secrets.token_hex(16)
    donnees = SessionStore().encode(
        {
            SESSION_KEY: str(compte.pk),
            BACKEND_SESSION_KEY: "refondation.membres.connexion.ComptesPresents",
            HASH_SESSION_KEY: compte.get_session_auth_hash(),
        }
    )
    return cle, Session(
        session_key=cle, session_data=donnees, expire_date=timezone.now() + timedelta(hours=12)
    )


# --- The yardstick: verification alone, on as many processes ---------------------------------------


def _lots(pool: ProcessPoolExecutor, scrutin: Scrutin) -> list[tuple[str, bytes]]:
    """Ballots of the same boxes, each with its election."""
    codes = _codes(scrutin, 200)
    bulletins = _bulletins(pool, scrutin, codes)
    textes = {u.pk: u.election for u in Urne.objects.filter(scrutin=scrutin)}
    return [(textes[c.urne_id], b) for (c, _), b in zip(codes, bulletins, strict=True)]


def _verification_seule(pool: ProcessPoolExecutor, lots: list[tuple[str, bytes]], duree: float) -> float:
    """Ballots verified a second by `COEURS` processes that do nothing else."""
    faits = list(pool.map(_verifier_pendant, [lots] * COEURS, [duree] * COEURS))
    return sum(n / t for n, t in faits)


def _verifier_pendant(lots: list[tuple[str, bytes]], duree: float) -> tuple[int, float]:
    elections = {texte: Election.lire(texte.encode()) for texte, _ in lots}
    verifier(elections[lots[0][0]], lots[0][1])  # tables are built once, as in a server
    debut, faits = time.perf_counter(), 0
    while (ecoule := time.perf_counter() - debut) < duree:
        texte, bulletin = lots[faits % len(lots)]
        verifier(elections[texte], bulletin)
        faits += 1
    return faits, ecoule


# --- Casting ---------------------------------------------------------------------------------------


@contextmanager
def _serveur() -> Iterator[int]:
    """The port of the platform's web server, as production starts it, with `COEURS` processes."""
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        port = libre.getsockname()[1]
    serveur = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "refondation.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--workers", str(COEURS), "--threads", "4", "--log-level", "error"),
        ],
        env=os.environ | {"NIVEAU_DES_TRACES": "ERROR"},
    )
    try:
        _attendre(port)
        yield port
    finally:
        serveur.terminate()
        serveur.wait(20)


def _attendre(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("gunicorn ne répond pas")


async def _envoyer(
    file: Iterator[Envoi], port: int, duree: float, statuts: Counter[int], latences: list[float]
) -> float:
    """Casts over `CONNEXIONS` connections for `duree` seconds; the seconds that it really took."""
    debut = time.perf_counter()
    await asyncio.gather(*(_suite(file, port, debut + duree, statuts, latences) for _ in range(CONNEXIONS)))
    return time.perf_counter() - debut


async def _suite(
    file: Iterator[Envoi], port: int, fin: float, statuts: Counter[int], latences: list[float]
) -> None:
    """Casts one after the other, at least one, until `fin` or the last ballot; a connection each, as voters do."""
    while (envoi := next(file, None)) is not None:
        debut = time.perf_counter()
        lecteur, ecrivain = await asyncio.open_connection("127.0.0.1", port)
        ecrivain.write(envoi.requete)
        reponse = await lecteur.read()
        ecrivain.close()
        latences.append(time.perf_counter() - debut)
        statuts[int(reponse[9:12])] += 1
        if time.perf_counter() >= fin:
            break


def _exiger_l_urne_juste(scrutin: Scrutin, recus: int) -> None:
    """Everything that was received is there, once; the control of the boxes finds nothing wrong."""
    presents = sum(u.emarges for u in scrutin.urnes.all())
    attendus = recus + CONNEXIONS
    if presents != attendus:
        raise AssertionError(f"{presents} émargements pour {attendus} dépôts reçus")
    if defauts := controle.defauts(scrutin):
        raise AssertionError(defauts)
    if any(election_de(u).uuid != u.uuid for u in scrutin.urnes.all()):
        raise AssertionError("élection d'une autre urne")
