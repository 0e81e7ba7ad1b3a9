/**
 * Reading a box's archive as a trustee must: every hash, the whole chain, and the encrypted total made again.
 *
 * What is checked: container, hashes, chain and order of events, trustees' proofs and the election key, form of each
 * ballot (canonical, of this election, from a listed credential, never twice, hash of its signature), and the total
 * multiplied from the last ballot of each credential.  What is left to the full verifiers, because it would take
 * hours here: the proofs and the signature of each ballot.
 */

import { lireElection } from "./election.js";
import { sha256B64 } from "./empreinte.js";
import { ErreurBelenios, exiger } from "./erreurs.js";
import { enregistrements } from "./enregistrements.js";
import { clePubliqueValide } from "./gardien.js";
import { P, Q, lireEntier } from "./groupe.js";

// event → states it may follow, state it leads to, number of data records before it, has a payload
const EVENEMENTS = {
  Setup: { depuis: ["vide"], vers: "ouverte", donnees: 4, charge: true },
  Ballot: { depuis: ["ouverte"], vers: "ouverte", donnees: 1, charge: true },
  EndBallots: { depuis: ["ouverte"], vers: "close", donnees: 0, charge: false },
  EncryptedTally: { depuis: ["close"], vers: "totalisee", donnees: 2, charge: true },
  PartialDecryption: { depuis: ["totalisee"], vers: "totalisee", donnees: 2, charge: true },
  Result: { depuis: ["totalisee"], vers: "depouillee", donnees: 1, charge: true },
};
const BULLETIN = "Un bulletin de l'archive est mal formé.";

function lireJson(texte, code, message) {
  try {
    return JSON.parse(texte);
  } catch {
    throw new ErreurBelenios(code, message);
  }
}

/** The text, parsed, provided that `refaire` of the parsed value gives back exactly this text. */
function lireCanonique(texte, refaire, code, message) {
  const brut = lireJson(texte, code, message);
  let refait = null;
  try {
    refait = JSON.stringify(refaire(brut));
  } catch (defaut) {
    if (!(defaut instanceof TypeError)) throw defaut; // a missing field read as an object
  }
  exiger(refait === texte, code, message);
  return brut;
}

function lireEvenement(texte) {
  return lireCanonique(
    texte,
    ({ parent, height, type, payload }) => ({ parent, height, type, payload }),
    "chaine",
    "Un événement de l'archive est mal formé.",
  );
}

async function lireGardiens(texte, cle) {
  const message = "La liste des gardien·nes ne correspond pas à la clé de l'élection.";
  const liste = lireJson(texte, "gardiens", message);
  exiger(Array.isArray(liste) && liste.length > 0, "gardiens", message);
  const seuil = "Le partage à seuil des clés n'est pas encore pris en charge par cette page.";
  exiger(liste.every((g) => Array.isArray(g) && g[0] === "Single"), "gardiens_seuil", seuil);
  const cles = [];
  for (const [, gardien] of liste) {
    exiger(await clePubliqueValide(gardien), "gardiens", message);
    cles.push(BigInt(gardien.public_key));
  }
  exiger(cles.reduce((produit, X) => (produit * X) % P, 1n) === cle, "gardiens", message);
  return cles;
}

function lireCredentiels(texte) {
  const message = "La liste des codes publics de l'archive est fausse.";
  const liste = lireJson(texte, "credentiels", message);
  const bien = Array.isArray(liste) && liste.every((c) => lireEntier(c, P) !== null);
  exiger(bien, "credentiels", message);
  const credentiels = new Set(liste);
  exiger(credentiels.size === liste.length, "credentiel_double", "Un code public figure deux fois dans l'archive.");
  return credentiels;
}

function decimal(texte, borne) {
  exiger(lireEntier(texte, borne) !== null, "bulletin", BULLETIN);
  return texte;
}

const chiffre = ({ alpha, beta }) => ({ alpha: decimal(alpha, P), beta: decimal(beta, P) });
const preuve = ({ challenge, response }) => ({ challenge: decimal(challenge, Q), response: decimal(response, Q) });

function exactement(liste, nombre, forme) {
  exiger(Array.isArray(liste) && liste.length === nombre, "bulletin", BULLETIN);
  return liste.map(forme);
}

function refaireReponse(reponse, { reponses, minimum, maximum, blanc }) {
  const cellules = reponses.length + (blanc ? 1 : 0);
  return {
    choices: exactement(reponse.choices, cellules, chiffre),
    individual_proofs: exactement(reponse.individual_proofs, cellules, (p) => exactement(p, 2, preuve)),
    overall_proof: exactement(reponse.overall_proof, maximum - minimum + 1 + (blanc ? 1 : 0), preuve),
    blank_proof: blanc ? exactement(reponse.blank_proof, 2, preuve) : undefined,
  };
}

/** One archive being read; `lireArchive` drives it. */
class Archive {
  constructor() {
    this.etat = "vide";
    this.attente = []; // data records since the last event
    this.hauteur = -1;
    this.tete = undefined; // Setup has no parent
    this.election = null;
    this.gardiens = [];
    this.credentiels = new Set();
    this.derniers = new Map(); // credential → its last ballot's ciphertexts, question by question
    this.vus = new Set();
    this.total = null;
    this.parts = [];
  }

  async recevoir(enregistrement) {
    if (!enregistrement.evenement) {
      this.attente.push(enregistrement);
      exiger(this.attente.length <= 4, "donnees", "L'archive contient des données qu'aucun événement n'annonce.");
      return;
    }
    const { parent, height, type, payload } = lireEvenement(enregistrement.texte);
    const suite = height === this.hauteur + 1 && parent === this.tete;
    exiger(suite, "chaine", "La chaîne des événements est rompue : un événement manque ou a été remplacé.");
    const regle = Object.hasOwn(EVENEMENTS, type) ? EVENEMENTS[type] : null;
    const permis = regle?.depuis.includes(this.etat) ?? false;
    exiger(permis, "ordre", "Les événements de l'archive ne sont pas dans l'ordre permis.");
    const annonce = this.attente.length === regle.donnees && payload === (regle.charge ? this.attente.at(-1)?.empreinte : undefined);
    exiger(annonce, "donnees", "Les données d'un événement de l'archive ne sont pas celles qu'il annonce.");
    const donnees = this.attente;
    this.attente = [];
    this.hauteur = height;
    this.tete = enregistrement.empreinte;
    this.etat = regle.vers;
    if (type === "Setup") await this.ouvrir(...donnees);
    else if (type === "Ballot") await this.ajouter(...donnees);
    else if (type === "EncryptedTally") this.totaliser(...donnees);
    else if (type === "PartialDecryption") this.noterPart(...donnees);
  }

  async ouvrir(election, gardiens, credentiels, reglage) {
    lireCanonique(
      reglage.texte,
      () => ({ election: election.empreinte, trustees: gardiens.empreinte, credentials: credentiels.empreinte }),
      "donnees",
      "L'ouverture de l'archive ne désigne pas ses propres données.",
    );
    this.election = await lireElection(election.octets);
    this.gardiens = await lireGardiens(gardiens.texte, this.election.cle);
    this.credentiels = lireCredentiels(credentiels.texte);
  }

  async ajouter({ texte, empreinte }) {
    exiger(!this.vus.has(empreinte), "bulletin_rejoue", "Un même bulletin figure deux fois dans l'archive.");
    this.vus.add(empreinte);
    const { questions } = this.election;
    const corps = ({ election_uuid, election_hash, credential, answers }) => ({
      election_uuid,
      election_hash,
      credential,
      answers: exactement(answers, questions.length, (r, i) => refaireReponse(r, questions[i])),
    });
    const bulletin = lireCanonique(
      texte,
      (b) => ({ ...corps(b), signature: { hash: b.signature.hash, proof: preuve(b.signature.proof) } }),
      "bulletin",
      BULLETIN,
    );
    const dIci = bulletin.election_uuid === this.election.uuid && bulletin.election_hash === this.election.empreinte;
    exiger(dIci, "bulletin_etranger", "Un bulletin de l'archive vient d'une autre élection.");
    const inscrit = this.credentiels.has(bulletin.credential);
    exiger(inscrit, "credentiel_inconnu", "Un bulletin de l'archive vient d'un code qui n'est pas sur la liste.");
    const signe = (await sha256B64(JSON.stringify(corps(bulletin)))) === bulletin.signature.hash;
    exiger(signe, "signature", "Un bulletin de l'archive ne correspond pas à sa signature.");
    this.derniers.set(
      bulletin.credential,
      bulletin.answers.map(({ choices }) => choices.map((c) => ({ alpha: BigInt(c.alpha), beta: BigInt(c.beta) }))),
    );
  }

  totaliser(chiffreEnregistre, mesure) {
    const total = this.election.questions.map(({ reponses, blanc }) =>
      Array.from({ length: reponses.length + (blanc ? 1 : 0) }, () => ({ alpha: 1n, beta: 1n })),
    );
    for (const bulletin of this.derniers.values()) {
      bulletin.forEach((cellules, i) =>
        cellules.forEach(({ alpha, beta }, j) => {
          const cellule = total[i][j];
          cellule.alpha = (cellule.alpha * alpha) % P;
          cellule.beta = (cellule.beta * beta) % P;
        }),
      );
    }
    const message = "Le total chiffré de l'archive n'est pas le produit de ses bulletins.";
    const texte = JSON.stringify(
      total.map((q) => q.map(({ alpha, beta }) => ({ alpha: String(alpha), beta: String(beta) }))),
    );
    exiger(chiffreEnregistre.texte === texte, "total", message);
    const nombre = this.derniers.size;
    lireCanonique(
      mesure.texte,
      () => ({ num_tallied: nombre, total_weight: nombre, encrypted_tally: chiffreEnregistre.empreinte }),
      "total",
      message,
    );
    this.total = total;
    this.comptes = nombre;
    this.derniers = new Map();
  }

  noterPart(part, possedee) {
    const message = "Une part de déchiffrement de l'archive est mal attribuée.";
    const { owner } = lireCanonique(
      possedee.texte,
      (p) => ({ owner: p.owner, payload: part.empreinte }),
      "part",
      message,
    );
    exiger(Number.isInteger(owner) && owner >= 1 && owner <= this.gardiens.length, "part", message);
    exiger(!this.parts.includes(owner), "part", message);
    this.parts.push(owner);
  }
}

/**
 * Read and check a whole archive, or a prefix of one (an open box).
 *
 * @param {ReadableStream<Uint8Array>} flux the body of a Response
 * @param {(avance: {octets: number, bulletins: number}) => void} progres called after each event
 * @returns {Promise<object>} `etat` ("ouverte", "close", "totalisee", "depouillee"), `election`, `gardiens` (their
 *   public keys, bigint), `inscrits`, `bulletins` (deposited, re-votes included), `comptes` (counted), `total`
 *   (question → cell → {alpha, beta}, null before the total), `parts` (owners who have decrypted), `hauteur`, `tete`.
 * Throws ErreurBelenios with one of the codes "reseau", "tronquee", "entete", "conteneur", "empreinte", "trop_gros", "chaine",
 * "ordre", "donnees", "election", "gardiens", "gardiens_seuil", "credentiels", "credentiel_double", "bulletin",
 * "bulletin_rejoue", "bulletin_etranger", "credentiel_inconnu", "signature", "total", "part".
 */
export async function lireArchive(flux, progres = () => {}) {
  const archive = new Archive();
  for await (const enregistrement of enregistrements(flux)) {
    await archive.recevoir(enregistrement);
    if (enregistrement.evenement) progres({ octets: enregistrement.position, bulletins: archive.vus.size });
  }
  const entiere = archive.etat !== "vide" && archive.attente.length === 0;
  exiger(entiere, "tronquee", "L'archive s'arrête au milieu d'un événement.");
  return {
    etat: archive.etat,
    election: archive.election,
    gardiens: archive.gardiens,
    inscrits: archive.credentiels.size,
    bulletins: archive.vus.size,
    comptes: archive.comptes ?? archive.derniers.size,
    total: archive.total,
    parts: archive.parts,
    hauteur: archive.hauteur,
    tete: archive.tete,
  };
}
