/**
 * One way to talk to the server in JSON, shared by the booth and the trustee's room.
 */

const DELAI = 30_000; // ms

/** A signal that gives up after the time limit; older phones have no AbortSignal.timeout. */
export function delai() {
  const commande = new AbortController();
  setTimeout(() => commande.abort(), DELAI);
  return commande.signal;
}

/**
 * {statut, corps, attente}: HTTP status (0 for no answer, a time limit or a redirect, which none of our addresses
 * makes unless the session is over), parsed JSON (undefined when it is not JSON), seconds of Retry-After.
 */
export async function demander(url, options) {
  try {
    const reponse = await fetch(url, {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: delai(),
      ...options,
      headers: { Accept: "application/json", ...options?.headers },
    });
    const attente = Number(reponse.headers.get("Retry-After")) || 0;
    const estJson = reponse.headers.get("Content-Type")?.startsWith("application/json");
    return { statut: reponse.status, attente, corps: estJson ? await reponse.json() : undefined };
  } catch {
    return { statut: 0, attente: 0, corps: undefined };
  }
}

/** POST these exact bytes of JSON. */
export function poster(url, octets, jeton, autres = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": jeton, ...autres };
  return demander(url, { method: "POST", headers, body: octets });
}

/** Has the server said {code, message}, hence written nothing? */
export function estRefus({ statut, corps }) {
  const nomme = typeof corps?.code === "string" && typeof corps.message === "string";
  return nomme && ((statut >= 400 && statut < 500) || statut === 503);
}
