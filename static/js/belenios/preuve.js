/**
 * Proofs of knowledge, non-interactive; convention of the protocol: commitment = g^response · X^challenge.
 */

import { hache } from "./empreinte.js";
import { P, hasard, modQ, puissance, tableG } from "./groupe.js";

function enTexte(challenge, response) {
  return { challenge: String(challenge), response: String(response) };
}

/** Proof of knowledge of x in X = g^x; `prefixe` is hashed before "|A". */
export async function schnorr(x, prefixe) {
  const w = hasard();
  const c = await hache(`${prefixe}|${tableG().puissance(w)}`);
  return enTexte(c, modQ(w - x * c));
}

/** Does {challenge, response} (BigInt pair) prove the logarithm of X? */
export async function schnorrValide(X, { challenge, response }, prefixe) {
  const A = (tableG().puissance(response) * puissance(X, challenge)) % P;
  return (await hache(`${prefixe}|${A}`)) === challenge;
}

/** Proof that log_g X = log_alpha alpha^x, for a partial decryption. */
export async function chaumPedersen(x, X, alpha, empreinte) {
  const w = hasard();
  const c = await hache(`decrypt|${empreinte}|${X}|${tableG().puissance(w)},${puissance(alpha, w)}`);
  return enTexte(c, modQ(w - x * c));
}

/**
 * Proof of a disjunction of statements, of which the prover knows one to be true.
 *
 * Each statement is about a ciphertext (g^r, y^r·g^m) whose r and m the prover knows, and says "m = M": it is given
 * as {r, ecart: m - M}.  The simulated branches then need the fixed bases g and y only:
 * A = g^(z + r·c), B = y^(z + r·c) · g^(ecart·c).  `vrai` is the index of the statement with ecart = 0.
 */
export async function disjonction(enonces, vrai, tableY, prefixe) {
  const g = tableG();
  const branches = enonces.map(({ r, ecart }, j) => {
    const c = j === vrai ? 0n : hasard();
    const z = hasard();
    const e = modQ(z + r * c);
    const A = g.puissance(e);
    const B = (tableY.puissance(e) * g.puissance(modQ(ecart * c))) % P;
    return { c, z, A, B };
  });
  const h = await hache(`${prefixe}|${branches.map(({ A, B }) => `${A},${B}`).join(",")}`);
  const autres = branches.reduce((somme, { c }) => somme + c, 0n);
  // The true branch was committed with challenge 0, so that A = g^w and B = y^w with w = z.
  const cVrai = modQ(h - autres);
  return branches.map(({ c, z }, j) => (j === vrai ? enTexte(cVrai, modQ(z - enonces[j].r * cVrai)) : enTexte(c, z)));
}
