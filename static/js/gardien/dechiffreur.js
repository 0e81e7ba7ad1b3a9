/**
 * Worker that decrypts boxes in part: reads the whole archive again, checks it, then uses the key.
 *
 * In: {type: "cle", x, X} once (decimals), then {type: "urne", uuid, empreinte, archive} (absolute URL) for each box
 * Out: {type: "lecture", octets, bulletins}, {type: "calcul", fait, total}, then {type: "part", part, comptes}
 *      or {type: "erreur", code, message}; code "reseau" means that the same box can be tried again.
 */

import { lireArchive } from "../belenios/archive.js";
import { ErreurBelenios, exiger } from "../belenios/erreurs.js";
import { dechiffrer } from "../belenios/gardien.js";

let cle = null;

async function ouvrirArchive(url) {
  let reponse = null;
  try {
    reponse = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  } catch {
    // said below, with every other way of not having the archive
  }
  exiger(reponse?.ok && !reponse.redirected, "reseau", "L'archive de cette urne n'a pas pu être téléchargée.");
  return reponse.body;
}

async function traiter({ uuid, empreinte, archive }) {
  const flux = await ouvrirArchive(archive);
  const lue = await lireArchive(flux, (avance) => self.postMessage({ type: "lecture", ...avance }));
  const { election, gardiens, total, comptes } = lue;
  const annoncee = election.uuid === uuid && election.empreinte === empreinte;
  exiger(annoncee, "autre_urne", "Cette archive n'est pas celle de l'urne annoncée.");
  exiger(total !== null, "pas_clos", "Cette urne n'est pas close, ou son total n'est pas encore établi.");
  exiger(gardiens.includes(cle.X), "autre_cle", "Votre clé n'est pas de celles qui ferment cette urne.");
  const part = await dechiffrer(cle, total, election.empreinte, (fait, nombre) =>
    self.postMessage({ type: "calcul", fait, total: nombre }),
  );
  return { part, comptes };
}

self.addEventListener("message", async ({ data }) => {
  if (data.type === "cle") {
    cle = { x: BigInt(data.x), X: BigInt(data.X) };
    return;
  }
  try {
    self.postMessage({ type: "part", ...(await traiter(data)) });
  } catch (defaut) {
    const prevu = defaut instanceof ErreurBelenios;
    const message = prevu ? defaut.message : "Le calcul a échoué sur cet appareil.";
    self.postMessage({ type: "erreur", code: prevu ? defaut.code : "calcul", message });
  }
});
