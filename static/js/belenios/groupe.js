/**
 * The group BELENIOS-2048: a subgroup of prime order q (256 bits) of the integers modulo p (2048 bits).
 *
 * Elements and scalars are BigInt; in JSON and in hashed strings they are plain decimals.
 * BigInt is not constant time: what it could betray is seen by the voter's own device only.
 */

export const NOM = "BELENIOS-2048";

export const P = BigInt(
  "0x" +
    "a3ef2d011fefb1b6e39e568fccdffb0fb7dc7ef3a791b6862791811d21fc35f21e6d36856b428030421f514ed40bfd4c" +
    "06e092a495af8d79a2f85e0fb11c0ede07dd973f9c53e50930c6e82ac36de1ae3fb8c3aabfff12ce27a5022ddd8912d1" +
    "07435012768a2cdd0a4091d8fa447f6c7ebc15a349fa318a6b4fe17d8d47e843a3e14dfa9b2162f4d7229abe93a188b4" +
    "6b006517d6f6747ebbb29c9ec3099b607f18fb1a8bc858279aa8599411d998d3e3fada9e010840d082d8c31911acdd4a" +
    "0e7992d0f18cc759cb5de0acf66a3882555bc810941e021b6a4ccfa04ee4008f878affa2375e2999b44f6cef17d70730" +
    "1e59e0e6351e051ed9cec4157646e64f",
);

export const Q = 0xadb6066a73522565f4daa0f2579db7f2f0fa90c2168bc709e20263387d55c491n;

export const G = BigInt(
  "0x" +
    "1307c1ab5f295885d7caa3a78a42415e31fd1c5807b61fb1e781878a52230a51988b98c259597f9c5a9dfd001d26ba31" +
    "d9d8976f01d95a1c8262ee68a0e92cea541e5219e0d0d094301b894236823fe1d4bc04e29f3748aefd4f10d5b1a356a8" +
    "643e673fd9d215fc8fe5fb9cf9fdb8ea88fdb1a3381a697fdf9c2458570b06d26aef1be365fdd90165f397c6b870df8c" +
    "1b9e519edcee8bb0f74b7a1615a274ba60a7ea574a61f552d2dde0ce514e0927c4ff49b1964c4a913731ae4268d60d7f" +
    "22127b6cbba44d453ac8b72fd04e0991b7aeff04867d8724ac638f5f34100d2d47aa680d43771902743d663f42d853c0" +
    "41e1c91fe3823f4bcf284308f1d7e653",
);

const DECIMAL = /^(?:0|[1-9][0-9]*)$/;
const DECIMALES_MAX = 617; // of p - 1

/** Remainder in 0..q-1, of a possibly negative number. */
export function modQ(x) {
  const r = x % Q;
  return r < 0n ? r + Q : r;
}

/** base^exposant mod p, for an exponent >= 0: left to right, four bits at a time. */
export function puissance(base, exposant) {
  const petites = [1n, base];
  for (let i = 2; i < 16; i += 1) petites.push((petites[i - 1] * base) % P);
  let r = 1n;
  for (const chiffre of exposant.toString(16)) {
    r = (r * r) % P;
    r = (r * r) % P;
    r = (r * r) % P;
    r = (r * r) % P;
    const c = Number.parseInt(chiffre, 16);
    if (c) r = (r * petites[c]) % P;
  }
  return r;
}

/** Is it an element of the subgroup?  Others exist (orders 2, 3, 6…), so this is never skipped. */
export function estElement(x) {
  return x > 0n && x < P && puissance(x, Q) === 1n;
}

/** A canonical decimal below `borne`, as BigInt; null for anything else. */
export function lireEntier(texte, borne) {
  if (typeof texte !== "string" || texte.length > DECIMALES_MAX || !DECIMAL.test(texte)) return null;
  const x = BigInt(texte);
  return x < borne ? x : null;
}

/**
 * Powers of one fixed base: 64 windows of four bits, so that an exponentiation is at most 63 multiplications.
 * Building it costs about three plain exponentiations; it pays from the fourth on.
 */
export class Table {
  constructor(base) {
    this.base = base;
    this.fenetres = [];
    let unite = base;
    for (let i = 0; i < 64; i += 1) {
      const fenetre = [1n, unite];
      for (let j = 2; j < 16; j += 1) fenetre.push((fenetre[j - 1] * unite) % P);
      this.fenetres.push(fenetre);
      unite = (fenetre[15] * unite) % P;
    }
  }

  /** base^exposant mod p, for an exponent in 0..q-1. */
  puissance(exposant) {
    const chiffres = exposant.toString(16);
    let r = 1n;
    for (let i = 0, k = chiffres.length - 1; k >= 0; i += 1, k -= 1) {
      const c = Number.parseInt(chiffres[k], 16);
      if (c) r = (r * this.fenetres[i][c]) % P;
    }
    return r;
  }
}

let tableDeG = null;

/** The table of g, built once per page or worker. */
export function tableG() {
  tableDeG ??= new Table(G);
  return tableDeG;
}

/** A uniform scalar in 0..q-1: 32 random bytes until they are below q (two tries in three succeed). */
export function hasard() {
  const octets = new Uint8Array(32);
  for (;;) {
    crypto.getRandomValues(octets);
    const x = entier(octets);
    if (x < Q) return x;
  }
}

/** Big-endian bytes as a BigInt. */
export function entier(octets) {
  let hex = "0x0";
  for (const o of octets) hex += o.toString(16).padStart(2, "0");
  return BigInt(hex);
}
