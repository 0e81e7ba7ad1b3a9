/**
 * Worker that seals one ballot: the page stays alive meanwhile, and the code dies with the worker.
 *
 * In: {octets: Uint8Array (election JSON), empreinte: string, code: string, choix: (number[]|"blanc")[]}
 * Out: {type: "progres", fait, total}, then {type: "scelle", bulletin, suivi}
 *      or {type: "erreur", code, message}, where the message never holds the choice or the code.
 */

import { chiffrer } from "../belenios/bulletin.js";
import { lireElection } from "../belenios/election.js";
import { ErreurBelenios, exiger } from "../belenios/erreurs.js";

async function sceller({ octets, empreinte, code, choix }) {
  const election = await lireElection(octets);
  const message = "L'élection reçue n'est pas celle que cette page annonce.";
  exiger(election.empreinte === empreinte, "mauvaise_election", message);
  return chiffrer(election, code, choix, (fait, total) => self.postMessage({ type: "progres", fait, total }));
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage({ type: "scelle", ...(await sceller(data)) });
  } catch (defaut) {
    const prevu = defaut instanceof ErreurBelenios;
    const message = prevu ? defaut.message : "Le scellement a échoué sur cet appareil.";
    self.postMessage({ type: "erreur", code: prevu ? defaut.code : "calcul", message });
  }
});
