/**
 * Making a ballot: encrypt each cell, prove that the vote is well formed, sign with the voting code.
 */

import { sha256B64 } from "./empreinte.js";
import { exiger } from "./erreurs.js";
import { P, Table, hasard, modQ, tableG } from "./groupe.js";
import { exposant, publique } from "./identifiant.js";
import { disjonction, schnorr } from "./preuve.js";

/** The answer that stands for the blank flag in `choix`. */
export const BLANC = "blanc";

/**
 * The plaintext of one question, as 0 and 1 (the blank flag first where the question has one).
 *
 * `coches` is BLANC or a list of distinct indices of answers.  Throws ErreurBelenios("choix").
 */
export function enClair(question, coches) {
  const { reponses, minimum, maximum, blanc } = question;
  if (coches === BLANC) {
    exiger(blanc, "choix", "Cette question n'admet pas de vote blanc.");
    return [1, ...reponses.map(() => 0)];
  }
  const distincts = new Set(coches);
  const connus = coches.every((i) => Number.isInteger(i) && i >= 0 && i < reponses.length);
  exiger(connus && distincts.size === coches.length, "choix", "Une réponse cochée n'existe pas dans cette question.");
  exiger(coches.length >= minimum && coches.length <= maximum, "choix", "Le nombre de réponses cochées ne convient pas.");
  const cellules = reponses.map((_, i) => (distincts.has(i) ? 1 : 0));
  return blanc ? [0, ...cellules] : cellules;
}

function somme(cellules) {
  return cellules.reduce(
    (t, c) => ({
      alpha: (t.alpha * c.alpha) % P,
      beta: (t.beta * c.beta) % P,
      r: modQ(t.r + c.r),
      m: t.m + c.m,
    }),
    { alpha: 1n, beta: 1n, r: 0n, m: 0n },
  );
}

/** The statement "this ciphertext contains M". */
function vaut({ r, m }, M) {
  return { r, ecart: m - M };
}

async function preuvesDEnsemble(question, cellules, s, tableY) {
  const rangees = Array.from({ length: question.maximum - question.minimum + 1 }, (_, k) => BigInt(question.minimum + k));
  if (!question.blanc) {
    const total = somme(cellules);
    const prefixe = `prove|${s}|${total.alpha},${total.beta}`;
    const enonces = rangees.map((M) => vaut(total, M));
    return { overall_proof: await disjonction(enonces, Number(total.m) - question.minimum, tableY, prefixe) };
  }
  // The flag is cell 0 and stays out of the sum.
  const [drapeau, ...autres] = cellules;
  const total = somme(autres);
  const estBlanc = drapeau.m === 1n;
  return {
    overall_proof: await disjonction(
      [vaut(drapeau, 1n), ...rangees.map((M) => vaut(total, M))],
      estBlanc ? 0 : Number(total.m) - question.minimum + 1,
      tableY,
      `bproof1|${s}`,
    ),
    blank_proof: await disjonction(
      [vaut(drapeau, 0n), vaut(total, 0n)],
      estBlanc ? 1 : 0,
      tableY,
      `bproof0|${s}`,
    ),
  };
}

async function repondre(question, coches, s0, tableY, avancer) {
  const g = tableG();
  const cellules = enClair(question, coches).map((m) => {
    const r = hasard();
    const masque = tableY.puissance(r);
    return { alpha: g.puissance(r), beta: m ? (masque * g.base) % P : masque, r, m: BigInt(m) };
  });
  const preuves = [];
  for (const cellule of cellules) {
    const { alpha, beta, m } = cellule;
    const enonces = [vaut(cellule, 0n), vaut(cellule, 1n)];
    preuves.push(await disjonction(enonces, Number(m), tableY, `prove|${s0}|${alpha},${beta}`));
    avancer();
  }
  const s = `${s0}|${cellules.map(({ alpha, beta }) => `${alpha},${beta}`).join(",")}`;
  const ensemble = await preuvesDEnsemble(question, cellules, s, tableY);
  avancer();
  return {
    choices: cellules.map(({ alpha, beta }) => ({ alpha: String(alpha), beta: String(beta) })),
    individual_proofs: preuves,
    ...ensemble,
  };
}

/**
 * Seal a vote.
 *
 * @param election as given by `lireElection`
 * @param {string} code the voting code, dashes or not
 * @param {(number[]|"blanc")[]} choix one entry per question: indices of the ticked answers, or BLANC
 * @param {(fait: number, total: number) => void} progres called after each proof
 * @returns {Promise<{bulletin: string, suivi: string}>} the exact JSON to send, and its tracker
 * Throws ErreurBelenios "code" or "choix"; its message never holds the choice.
 */
export async function chiffrer(election, code, choix, progres = () => {}) {
  exiger(choix.length === election.questions.length, "choix", "Il manque une réponse.");
  // All checked before any work, so that a refusal comes at once.
  election.questions.forEach((question, i) => enClair(question, choix[i]));
  const secret = await exposant(code, election.uuid);
  const credentiel = String(publique(secret));
  const tableY = new Table(election.cle);
  const s0 = `${election.empreinte}|${credentiel}`;

  const total = election.questions.reduce((n, q) => n + q.reponses.length + (q.blanc ? 1 : 0) + 1, 1);
  let fait = 0;
  const avancer = () => progres((fait += 1), total);

  const reponses = [];
  for (const [i, question] of election.questions.entries()) {
    reponses.push(await repondre(question, choix[i], s0, tableY, avancer));
  }
  const corps = {
    election_uuid: election.uuid,
    election_hash: election.empreinte,
    credential: credentiel,
    answers: reponses,
  };
  const hash = await sha256B64(JSON.stringify(corps));
  const proof = await schnorr(secret, `sig|${hash}`);
  const bulletin = JSON.stringify({ ...corps, signature: { hash, proof } });
  avancer();
  return { bulletin, suivi: await sha256B64(bulletin) };
}
