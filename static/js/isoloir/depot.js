/**
 * The two exchanges with the server: send the ballot's exact bytes, ask whether its tracker is in the box.
 */

import { delai, demander, estRefus, poster } from "./requete.js";

/**
 * Send a sealed ballot.  `issue` is one of
 *   "recu"   it is in the box: {recu: {suivi, hauteur, tete}}
 *   "refus"  the server says that nothing was written: {code, message, attente in seconds}
 *   "doute"  nobody knows: ask `etatDe` before saying anything
 */
export async function deposer(url, { bulletin, suivi }, jeton, electeur) {
  const reponse = await poster(url, bulletin, jeton, { "X-Electeur": electeur });
  const { statut, corps, attente } = reponse;
  if ((statut === 200 || statut === 201) && corps?.suivi === suivi) return { issue: "recu", recu: corps };
  if (estRefus(reponse)) return { issue: "refus", statut, code: corps.code, message: corps.message, attente };
  return { issue: "doute", statut };
}

/**
 * Is this tracker in the box?  {present: true|false|null (no answer), session: bool, jeton: string, recu: {…}}
 */
export async function etatDe(url, suivi) {
  const { statut, corps } = await demander(url, {
    method: "POST",
    headers: { "Content-Type": "text/plain" },
    body: suivi, // in the body: addresses are kept in the logs of whatever stands on the way
  });
  if (statut !== 200 || typeof corps?.present !== "boolean") return { present: null, session: true, jeton: "" };
  return { present: corps.present, session: corps.session !== false, jeton: corps.jeton ?? "", recu: { ...corps, suivi } };
}

/** Ask for the voting code to be mailed again; the sentence to show. */
export async function renvoyerLeCode(url, jeton) {
  const { corps } = await poster(url, "{}", jeton);
  return corps?.message ?? "La demande n'est pas partie. Vérifiez votre connexion, puis réessayez.";
}

/** The election JSON as exact bytes; null when it cannot be had now. */
export async function chercherElection(url) {
  try {
    const reponse = await fetch(url, { credentials: "same-origin", signal: delai() });
    return reponse.ok && !reponse.redirected ? new Uint8Array(await reponse.arrayBuffer()) : null;
  } catch {
    return null;
  }
}
