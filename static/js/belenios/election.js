/**
 * The parameters of an election, read from their exact bytes.
 */

import { sha256B64 } from "./empreinte.js";
import { exiger } from "./erreurs.js";
import { NOM, P, estElement, lireEntier } from "./groupe.js";

const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,}$/;
const ERREUR = "Les paramètres de cette élection sont illisibles.";

function lireQuestion(q) {
  const { question, answers, min, max, blank = false } = q ?? {};
  exiger(typeof question === "string" && Array.isArray(answers) && answers.length > 0, "election", ERREUR);
  exiger(answers.every((a) => typeof a === "string") && typeof blank === "boolean", "election", ERREUR);
  exiger(Number.isInteger(min) && Number.isInteger(max), "election", ERREUR);
  exiger(0 <= min && min <= max && max <= answers.length, "election", ERREUR);
  return { intitule: question, reponses: answers, minimum: min, maximum: max, blanc: blank };
}

/**
 * Parse and check the election JSON.
 *
 * @param {Uint8Array} octets the exact bytes, without final newline
 * @returns {Promise<{uuid, empreinte, cle: bigint, questions: {intitule, reponses, minimum, maximum, blanc}[]}>}
 * Throws ErreurBelenios("election") when malformed, of another version or group, or with a key outside the group.
 */
export async function lireElection(octets) {
  let brut;
  try {
    brut = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
  } catch {
    exiger(false, "election", ERREUR);
  }
  exiger(brut?.version === 1 && brut.group === NOM, "election", "Cette élection suit une autre version du protocole.");
  exiger(typeof brut.uuid === "string" && UUID.test(brut.uuid), "election", ERREUR);
  const cle = lireEntier(brut.public_key, P);
  exiger(cle !== null && estElement(cle), "election", "La clé de cette élection n'est pas valable.");
  exiger(Array.isArray(brut.questions) && brut.questions.length > 0, "election", ERREUR);
  return {
    uuid: brut.uuid,
    empreinte: await sha256B64(octets),
    cle,
    questions: brut.questions.map(lireQuestion),
  };
}
