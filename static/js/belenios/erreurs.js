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

/** Throw the named error unless the condition holds. */
export function exiger(condition, code, message) {
  if (!condition) throw new ErreurBelenios(code, message);
}
