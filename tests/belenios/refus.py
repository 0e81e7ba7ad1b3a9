"""Ways to spoil a ballot, each with the code of its refusal."""

from __future__ import annotations

import json

from consultation.belenios.groupes import groupe
from tests.belenios.archives import compact

G = groupe("BELENIOS-2048")


def reponse(b, i=0):
    return b["answers"][i]


def chiffre(b, i=0, j=0):
    return reponse(b, i)["choices"][j]


def poser(objet, champ, valeur):
    objet[champ] = valeur


def echanger(liste, i, j):
    liste[i], liste[j] = liste[j], liste[i]


# Changes of a ballot's object, which is signed again after them: only the credential's owner can do that.
RESIGNES = {
    "premier alpha opposé": (
        "groupe",
        lambda b: poser(chiffre(b), "alpha", str(G.p - int(chiffre(b)["alpha"]))),
    ),
    "beta opposé, deuxième question": (
        "groupe",
        lambda b: poser(chiffre(b, 1, 2), "beta", str(G.p - int(chiffre(b, 1, 2)["beta"]))),
    ),
    "alpha nul": ("groupe", lambda b: poser(chiffre(b), "alpha", "0")),
    "alpha = 1": ("preuve", lambda b: poser(chiffre(b), "alpha", "1")),
    "alpha = g": ("preuve", lambda b: poser(chiffre(b), "alpha", str(G.g))),
    "beta multiplié par g": (
        "preuve",
        lambda b: poser(chiffre(b), "beta", str(int(chiffre(b)["beta"]) * G.g % G.p)),
    ),
    "cellules échangées": ("preuve", lambda b: echanger(reponse(b, 1)["choices"], 0, 1)),
    "cellules et preuves échangées": (
        "preuve_globale",
        lambda b: (
            echanger(reponse(b, 1)["choices"], 0, 1),
            echanger(reponse(b, 1)["individual_proofs"], 0, 1),
        ),
    ),
    "branches échangées": ("preuve", lambda b: echanger(reponse(b)["individual_proofs"][0], 0, 1)),
    "défi d'une réponse changé": (
        "preuve",
        lambda b: poser(reponse(b)["individual_proofs"][2][1], "challenge", "12"),
    ),
    "réponse d'une réponse changée": (
        "preuve",
        lambda b: poser(reponse(b, 1)["individual_proofs"][0][0], "response", "12"),
    ),
    "preuve globale changée": (
        "preuve_globale",
        lambda b: poser(reponse(b)["overall_proof"][0], "response", "12"),
    ),
    "preuve globale changée, sans blanc": (
        "preuve_globale",
        lambda b: poser(reponse(b, 1)["overall_proof"][1], "challenge", "12"),
    ),
    "preuves globales échangées": ("preuve_globale", lambda b: echanger(reponse(b)["overall_proof"], 0, 1)),
    "preuve de blanc changée": (
        "preuve_blanc",
        lambda b: poser(reponse(b)["blank_proof"][1], "response", "12"),
    ),
    "preuves de blanc échangées": ("preuve_blanc", lambda b: echanger(reponse(b)["blank_proof"], 0, 1)),
    "défi égal à q": ("forme", lambda b: poser(reponse(b)["overall_proof"][0], "challenge", str(G.q))),
    "défi augmenté de q": (
        "forme",
        lambda b: poser(
            reponse(b)["overall_proof"][0],
            "challenge",
            str(int(reponse(b)["overall_proof"][0]["challenge"]) + int(G.q)),
        ),
    ),
    "alpha augmenté de p": (
        "forme",
        lambda b: poser(chiffre(b), "alpha", str(int(chiffre(b)["alpha"]) + G.p)),
    ),
    "zéro devant": ("forme", lambda b: poser(chiffre(b), "alpha", "0" + chiffre(b)["alpha"])),
    "espace": ("forme", lambda b: poser(chiffre(b), "alpha", " " + chiffre(b)["alpha"])),
    "nombre au lieu d'un texte": ("forme", lambda b: poser(chiffre(b), "alpha", 4)),
    "nul": ("forme", lambda b: poser(chiffre(b), "alpha", None)),
    "négatif": ("forme", lambda b: poser(chiffre(b), "alpha", "-4")),
    "chiffres arabes": ("forme", lambda b: poser(chiffre(b), "alpha", "٤")),
    "immense": ("forme", lambda b: poser(chiffre(b), "alpha", "9" * 5000)),
    "champs d'une réponse dans un autre ordre": (
        "forme",
        lambda b: poser(b["answers"], 0, dict(reversed(reponse(b).items()))),
    ),
    "champ en trop dans une réponse": ("forme", lambda b: poser(reponse(b), "note", "x")),
    "champ en trop dans un chiffré": ("forme", lambda b: poser(chiffre(b), "note", "x")),
    "champ en trop": ("forme", lambda b: poser(b, "note", "x")),
    "preuve de blanc sans blanc": (
        "forme",
        lambda b: poser(reponse(b, 1), "blank_proof", reponse(b)["blank_proof"]),
    ),
    "preuve de blanc absente": ("forme", lambda b: reponse(b).pop("blank_proof")),
    "cellule en moins": ("forme", lambda b: reponse(b)["choices"].pop()),
    "cellule en trop": ("forme", lambda b: reponse(b)["choices"].append(chiffre(b))),
    "preuve en moins": ("forme", lambda b: reponse(b)["individual_proofs"].pop()),
    "branche en trop": (
        "forme",
        lambda b: reponse(b)["individual_proofs"][0].append(reponse(b)["individual_proofs"][0][0]),
    ),
    "preuve globale trop courte": ("forme", lambda b: reponse(b, 1)["overall_proof"].pop()),
    "réponse en moins": ("forme", lambda b: b["answers"].pop()),
    "réponses échangées": ("forme", lambda b: echanger(b["answers"], 0, 1)),
    "réponses qui sont un objet": ("forme", lambda b: poser(b, "answers", {})),
    "réponse qui est un texte": ("forme", lambda b: poser(b["answers"], 0, "x")),
    "identifiant d'un autre": ("signature", lambda b: poser(b, "credential", str(G.puissance_g(7)))),
    "identifiant hors du groupe": (
        "groupe",
        lambda b: poser(b, "credential", str(G.p - int(b["credential"]))),
    ),
    "identifiant nul": ("groupe", lambda b: poser(b, "credential", "0")),
    "autre uuid": ("election", lambda b: poser(b, "election_uuid", "ABCDEFGHJKLMNQ")),
    "autre empreinte": ("election", lambda b: poser(b, "election_hash", "A" * 43)),
    "uuid d'un autre genre": ("election", lambda b: poser(b, "election_uuid", 3)),
}
# Changes of the bytes or of the object, the signature being left as it is.
NON_SIGNES = {
    "preuve changée": (
        "signature",
        lambda o, b: (poser(reponse(b)["overall_proof"][0], "response", "12"), compact(b))[1],
    ),
    "signature changée": (
        "signature",
        lambda o, b: (poser(b["signature"]["proof"], "response", "12"), compact(b))[1],
    ),
    "défi de la signature changé": (
        "signature",
        lambda o, b: (poser(b["signature"]["proof"], "challenge", "12"), compact(b))[1],
    ),
    "hachage changé": ("signature", lambda o, b: (poser(b["signature"], "hash", "A" * 43), compact(b))[1]),
    "hachage qui n'est pas un texte": (
        "signature",
        lambda o, b: (poser(b["signature"], "hash", []), compact(b))[1],
    ),
    "champ en trop dans la signature": (
        "forme",
        lambda o, b: (poser(b["signature"], "x", "y"), compact(b))[1],
    ),
    "sans signature": ("forme", lambda o, b: (b.pop("signature"), compact(b))[1]),
    "signature en tête": ("forme", lambda o, b: compact({"signature": b.pop("signature"), **b})),
    "vide": ("forme", lambda o, b: b""),
    "null": ("forme", lambda o, b: b"null"),
    "liste": ("forme", lambda o, b: b"[]"),
    "tronqué": ("forme", lambda o, b: o[:-1]),
    "espaces": ("forme", lambda o, b: json.dumps(b).encode()),
    "fin de ligne": ("forme", lambda o, b: o + b"\n"),
    "BOM": ("forme", lambda o, b: b"\xef\xbb\xbf" + o),
    "échappement": ("forme", lambda o, b: o.replace(b'"alpha"', b'"\\u0061lpha"', 1)),
    "clé en double": ("forme", lambda o, b: o[:-1] + b',"credential":"1"}'),
    "clé en double au fond": ("forme", lambda o, b: o.replace(b'{"alpha":', b'{"alpha":"2","alpha":', 1)),
    "pas de l'UTF-8": ("forme", lambda o, b: o.replace(b'"alpha"', b'"alph\xe0"', 1)),
    "NaN": ("forme", lambda o, b: o.replace(b'"answers":[', b'"answers":[NaN,', 1)),
    "imbrication": ("forme", lambda o, b: b"[" * 100_000),
    "taille": ("taille", lambda o, b: o + b" " * 200_000),
}
