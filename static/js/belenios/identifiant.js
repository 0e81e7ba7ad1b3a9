/**
 * Voting codes: fourteen Base58 digits and a check digit, written XXX-XXX-XXX-XXX-XXX.
 */

import { derive } from "./empreinte.js";
import { ErreurBelenios } from "./erreurs.js";
import { tableG } from "./groupe.js";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SIGNES = 15;
const SEPARATEURS = /[\s\u00a0\u2010-\u2015\u2212_.·-]+/g;

/** The signs alone: spaces, dashes of every kind and dots removed. */
function signes(saisie) {
  return saisie.normalize("NFKC").replace(SEPARATEURS, "");
}

/** The canonical form, three signs and a dash; the dashes are part of what the key is derived from. */
export function normaliser(saisie) {
  return (signes(saisie).match(/.{1,3}/gsu) ?? []).join("-");
}

function controleJuste(s) {
  let n = 0;
  for (const c of s.slice(0, -1)) n = (n * 58 + ALPHABET.indexOf(c)) % 53;
  return (n + ALPHABET.indexOf(s[s.length - 1])) % 53 === 0;
}

/** The first group, typed with its own separators, that has not three signs; the last one may be unfinished. */
function groupeBancal(saisie) {
  const groupes = saisie.normalize("NFKC").trim().split(SEPARATEURS);
  const bancal = groupes.findIndex((g, i) => g.length > 3 || (g.length < 3 && i < groupes.length - 1));
  return groupes.length > 1 ? bancal + 1 : 0;
}

/**
 * What can be said of a code while it is being typed.
 *
 * `etat`: "vide", "incomplet", "signe" (a sign that no code contains), "groupe" (a group that has not three signs),
 * "long", "controle" (complete, but the check digit does not match: at least one sign is wrong, no telling which),
 * "valide".  `groupe` is the 1-based group of three to look at, 0 when it cannot be known; `signe` the forbidden
 * sign; `code` the canonical form when valid; `manque` the number of signs still to type.
 */
export function examiner(saisie) {
  const s = [...signes(saisie)];
  const avis = { etat: "vide", groupe: 0, signe: "", code: "", manque: Math.max(0, SIGNES - s.length) };
  if (!s.length) return avis;
  const rang = s.findIndex((c) => !ALPHABET.includes(c));
  if (rang >= 0) return { ...avis, etat: "signe", groupe: Math.floor(rang / 3) + 1, signe: s[rang] };
  const bancal = groupeBancal(saisie);
  if (bancal && s.length !== SIGNES) return { ...avis, etat: "groupe", groupe: bancal };
  if (s.length > SIGNES) return { ...avis, etat: "long" };
  if (s.length < SIGNES) return { ...avis, etat: "incomplet", groupe: Math.floor(s.length / 3) + 1 };
  if (!controleJuste(s)) return { ...avis, etat: "controle", groupe: bancal };
  return { ...avis, etat: "valide", code: normaliser(saisie) };
}

/**
 * The secret exponent of a code for the election `uuid`.
 *
 * Throws ErreurBelenios("code") unless the code is complete and its check digit right.
 */
export async function exposant(saisie, uuid) {
  const { etat, code } = examiner(saisie);
  if (etat !== "valide") throw new ErreurBelenios("code", "Ce code de vote n'est pas valide.");
  return derive(code, uuid);
}

/** The public credential g^s, as BigInt. */
export function publique(s) {
  return tableG().puissance(s);
}
