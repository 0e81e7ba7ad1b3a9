/**
 * The trustee's room: the private key is made, checked and used on this device, and never leaves it.
 *
 * DOM (templates/consultation/_gardien.html)
 *   [data-gardien]            data-etat ("cle", "attente", "dechiffrement", "termine") data-nom data-scrutin (slug)
 *                             data-cle-url data-urnes-url; holds the csrfmiddlewaretoken input
 *   data-action               creer, deposer-cle, dechiffrer, suspendre
 *   [data-telechargement]     the link that saves cle-gardien-<slug>-<8 characters>.json
 *   [data-fichier-controle]   the same file shown again: only then can the public key be delivered
 *   [data-fichier-cle]        the key file (ours, or belenios-tool's .privkey) to decrypt with
 *   tbody[data-urnes]         one row per box
 *
 * Server (JSON, never a redirect; X-CSRFToken on POST; errors as {"code": "…", "message": "<sentence>"})
 *   POST data-cle-url         body: the protocol's trustee_public_key, exactly
 *                             {"pok":{"challenge":"…","response":"…"},"public_key":"…"}
 *                             201 {"empreinte": "<b64 SHA-256 of the public key's decimal>"}; 200 when it is the same
 *                             key again; 400 malforme (pok wrong), 401 session, 403 interdit, 409 cle_deposee
 *   GET data-urnes-url        never cached: {"cle_publique": "<decimal>", "jeton": "<fresh CSRF token>",
 *                             "urnes": [{"uuid", "nom", "empreinte" (of the election), "archive_url", "depot_url",
 *                             "livree": true|false}, …]}; 401 session, 403 interdit
 *   GET archive_url           the box's .bel, raw, from Setup to EncryptedTally at least (shares may follow)
 *   POST depot_url            body: the protocol's partial_decryption, exactly
 *                             {"decryption_factors":[["…"]],"decryption_proofs":[[{"challenge":"…","response":"…"}]]};
 *                             the server adds the `owned` record (owner = 1-based rank among the trustees).
 *                             201 or, when this trustee's share is already there, 200: {"livree": true};
 *                             400 malforme (a proof is wrong), 401 session, 403 interdit, 409 pas_clos, 413 trop_gros
 *
 * Boxes already delivered are skipped: after a lost network or a closed tab, show the key file again and go on.
 */

import { calculPossible } from "../belenios/empreinte.js";
import { annoncer } from "../isoloir/etapes.js";
import { CreationDeCle } from "./cle.js";
import { Dechiffrement } from "./dechiffrement.js";

/** What the page says: announcements for all, incidents with the focus. */
class Tableau {
  constructor(racine) {
    this.zone = racine.querySelector("[data-annonce]");
    this.cadre = racine.querySelector("[data-incident]");
    this.lien = racine.querySelector("[data-incident-connexion]");
  }

  annoncer(texte) {
    annoncer(this.zone, texte);
  }

  incident(titre, texte, connexion = false) {
    this.cadre.querySelector("[data-incident-titre]").textContent = titre;
    this.cadre.querySelector("[data-incident-texte]").textContent = texte;
    this.lien.hidden = !connexion;
    this.cadre.hidden = false;
    this.cadre.focus();
  }

  deconnexion(texte) {
    this.incident("Vous n'êtes plus connecté·e.", texte, true);
  }

  cacherIncident() {
    this.cadre.hidden = true;
  }
}

function demarrer() {
  const racine = document.querySelector("[data-gardien]");
  const bord = new Tableau(racine);
  racine.hidden = false;
  if (!calculPossible() || typeof Worker !== "function") {
    const remede = isSecureContext
      ? "Mettez votre navigateur à jour ou changez d'appareil."
      : "Ouvrez cette page par son adresse en https : le calcul est interdit sur une adresse qui n'est pas sûre.";
    for (const section of racine.querySelectorAll("[data-partie]")) section.hidden = true;
    bord.incident("Cette page ne peut pas calculer ici.", remede);
    return;
  }
  const { etat } = racine.dataset;
  if (etat === "cle") new CreationDeCle(racine, bord);
  else if (etat === "dechiffrement") new Dechiffrement(racine, bord).actualiser();
}

demarrer();
