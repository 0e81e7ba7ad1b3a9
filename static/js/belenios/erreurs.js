/**
 * The one error of the protocol: a stable `code` for programs, a French sentence for people, never a secret.
 */

export class ErreurBelenios extends Error {
  /** @param {string} code stable name of the defect @param {string} message French sentence */
  constructor(code, message) {
    super(message);
    this.name = "ErreurBelenios";
    this.code = code;
  }
}

/** The sentence to show for any error met while reading a file. */
export function phraseDe(defaut) {
  return defaut instanceof ErreurBelenios ? defaut.message : "Ce fichier n'a pas pu être lu.";
}

/** Throw the named error unless the condition holds. */
export function exiger(condition, code, message) {
  if (!condition) throw new ErreurBelenios(code, message);
}
