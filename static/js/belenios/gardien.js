/**
 * A trustee's work: make a key, recognise it, decrypt a total in part.
 */

import { sha256B64 } from "./empreinte.js";
import { ErreurBelenios, exiger } from "./erreurs.js";
import { NOM, P, Q, estElement, hasard, lireEntier, puissance, tableG } from "./groupe.js";
import { chaumPedersen, schnorr, schnorrValide } from "./preuve.js";

const TYPE = "cle-de-gardien";
const FICHIER = "Ce fichier n'est pas une clé de gardien·ne de cette plateforme.";

/** A private key drawn in 1..q-1, and its public key. */
export function creerCle() {
  let x = 0n;
  while (x === 0n) x = hasard();
  return { x, X: tableG().puissance(x) };
}

/** The protocol's trustee_public_key: the public key and the proof that its holder knows the other. */
export async function clePublique({ x, X }) {
  const pok = await schnorr(x, `pok|${NOM}|${X}`);
  return { pok, public_key: String(X) };
}

/** Is this trustee_public_key (parsed JSON) well formed, in the group and proved? */
export async function clePubliqueValide(cle) {
  const X = lireEntier(cle?.public_key, P);
  const challenge = lireEntier(cle?.pok?.challenge, Q);
  const response = lireEntier(cle?.pok?.response, Q);
  if (X === null || challenge === null || response === null || !estElement(X)) return false;
  return schnorrValide(X, { challenge, response }, `pok|${NOM}|${X}`);
}

/** What trustees compare by eye: b64 SHA-256 of the public key's decimal. */
export async function empreinteDeCle(X) {
  return sha256B64(String(X));
}

/** The text of the file that the trustee keeps. */
export function fichierDeCle({ x, X }, { scrutin, gardien }) {
  const contenu = {
    type: TYPE,
    version: 1,
    group: NOM,
    scrutin,
    gardien,
    public_key: String(X),
    private_key: String(x),
  };
  return `${JSON.stringify(contenu, null, 2)}\n`;
}

/**
 * Read a key file: ours, or belenios-tool's (a JSON string holding the decimal).
 *
 * Throws ErreurBelenios("fichier") when it is neither, "fichier_incoherent" when its two halves do not match.
 */
export function lireFichierDeCle(texte) {
  let brut;
  try {
    brut = JSON.parse(texte);
  } catch {
    throw new ErreurBelenios("fichier", FICHIER);
  }
  const nu = typeof brut === "string";
  exiger(nu || (brut?.type === TYPE && brut.version === 1 && brut.group === NOM), "fichier", FICHIER);
  const x = lireEntier(nu ? brut : brut.private_key, Q);
  exiger(x !== null && x !== 0n, "fichier", FICHIER);
  const X = tableG().puissance(x);
  const juste = nu || brut.public_key === String(X);
  exiger(juste, "fichier_incoherent", "Ce fichier est abîmé : ses deux clés ne vont pas ensemble.");
  return { x, X };
}

/**
 * This trustee's share of a total: factors alpha^x, each with its proof.
 *
 * @param {{alpha: bigint, beta: bigint}[][]} total as recomputed from the archive, never as received
 * @param {string} empreinte fingerprint of the election, which each proof is bound to
 * @returns {Promise<string>} the JSON of the protocol's partial_decryption
 * Throws ErreurBelenios("total") when a cell is outside the group: its factor would betray bits of the key.
 */
export async function dechiffrer({ x, X }, total, empreinte, progres = () => {}) {
  const nombre = total.reduce((n, question) => n + question.length, 0);
  let fait = 0;
  const facteurs = [];
  const preuves = [];
  for (const question of total) {
    const ligneDeFacteurs = [];
    const ligneDePreuves = [];
    for (const { alpha, beta } of question) {
      exiger(estElement(alpha) && estElement(beta), "total", "Le total chiffré de cette urne contient un nombre interdit.");
      ligneDeFacteurs.push(String(puissance(alpha, x)));
      ligneDePreuves.push(await chaumPedersen(x, X, alpha, empreinte));
      progres((fait += 1), nombre);
    }
    facteurs.push(ligneDeFacteurs);
    preuves.push(ligneDePreuves);
  }
  return JSON.stringify({ decryption_factors: facteurs, decryption_proofs: preuves });
}
