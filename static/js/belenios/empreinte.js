/**
 * Hashes and key derivation, all by WebCrypto, which exists in secure contexts only (https or localhost).
 */

import { Q, entier } from "./groupe.js";

const UTF8 = new TextEncoder();

/** Can this page compute at all?  Over plain http from another machine, browsers hide `crypto.subtle`. */
export function calculPossible() {
  return typeof globalThis.crypto?.subtle?.digest === "function" && typeof BigInt === "function";
}

export function octetsDe(texte) {
  return UTF8.encode(texte);
}

/** SHA-256 of a string (as UTF-8) or of bytes, as 32 bytes. */
export async function sha256(donnees) {
  const octets = typeof donnees === "string" ? octetsDe(donnees) : donnees;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
}

export function enHex(octets) {
  return Array.from(octets, (o) => o.toString(16).padStart(2, "0")).join("");
}

/** Standard Base64 without its final "=": 43 characters for a hash. */
export function enB64(octets) {
  return btoa(String.fromCharCode(...octets)).replace(/=+$/, "");
}

export async function sha256Hex(donnees) {
  return enHex(await sha256(donnees));
}

/** The form of election fingerprints and of ballot trackers. */
export async function sha256B64(donnees) {
  return enB64(await sha256(donnees));
}

/** The protocol's H: SHA-256 of a string as a big-endian integer, reduced mod q. */
export async function hache(texte) {
  return entier(await sha256(texte)) % Q;
}

/** PBKDF2-HMAC-SHA256, 1000 rounds, as an integer mod q. */
export async function derive(motDePasse, sel) {
  const cle = await crypto.subtle.importKey("raw", octetsDe(motDePasse), "PBKDF2", false, ["deriveBits"]);
  const reglage = { name: "PBKDF2", hash: "SHA-256", salt: octetsDe(sel), iterations: 1000 };
  return entier(new Uint8Array(await crypto.subtle.deriveBits(reglage, cle, 256))) % Q;
}
