// The list that a door keeps for when the network is lost: its signature, its codes, the entries to send.

const ALPHABET = /^[0-9A-HJKMNP-TV-Z]{16}$/;
const LUES = { I: "1", L: "1", O: "0", U: "V" };

/** What was typed or scanned, as codes are written; "" when it cannot be one. */
export function normaliser(saisie) {
  const fin = saisie.trim().toUpperCase().split("CODE=").at(-1);
  const code = [...fin].filter((c) => /[\p{L}\p{N}]/u.test(c)).map((c) => LUES[c] ?? c).join("");
  return ALPHABET.test(code) ? code : "";
}

function octets(hexadecimal) {
  return Uint8Array.from(hexadecimal.match(/../g) ?? [], (paire) => parseInt(paire, 16));
}

/** The content of a signed list, once its signature is verified and it is the one of this assembly. */
export async function ouvrir(liste, cle, assemblee) {
  const publique = await crypto.subtle.importKey(
    "jwk", cle, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"],
  );
  const juste = await crypto.subtle.verify(
    { name: "ECDSA", hash: "SHA-256" }, publique, octets(String(liste.signature)),
    new TextEncoder().encode(liste.contenu),
  );
  if (!juste) throw new Error("Cette liste n'est pas signée par la plateforme. Téléchargez-la de nouveau.");
  const contenu = JSON.parse(liste.contenu);
  if (contenu.assemblee !== assemblee) {
    throw new Error(`Cette liste est celle d'une autre assemblée : ${contenu.nom}.`);
  }
  return contenu;
}

/** What stands for a code in the list. */
export async function empreinte(sel, code) {
  const condense = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${sel}:${code}`));
  return [...new Uint8Array(condense)].map((o) => o.toString(16).padStart(2, "0")).join("").slice(0, 32);
}

/** {signe, titre, phrase, qui, entre} of a code, by the list alone. */
export async function juger(contenu, code, entrees) {
  if (!code) {
    return { signe: "refuse", titre: "Carte inconnue", qui: "", entre: false,
      phrase: "Ce code n'est pas celui d'une carte. Vérifiez les seize caractères." };
  }
  const cherchee = await empreinte(contenu.assemblee, code);
  const ligne = contenu.delegues.find(([marque]) => marque === cherchee);
  if (!ligne) {
    return { signe: "refuse", titre: "Pas sur la liste", qui: "", entre: false,
      phrase: "Cette carte n'est pas valide pour cette assemblée, ou le mandat a changé depuis que la liste "
        + "est établie. Contrôlez-la de nouveau quand le réseau revient." };
  }
  const [, qui, section, qualite] = ligne;
  const deja = entrees.find((entree) => entree.code === code);
  if (deja) {
    return { signe: "attention", titre: "Déjà entré·e", qui, entre: false,
      phrase: `Cette carte a été présentée à ${heure(deja.le)}. Siège pour ${section}.` };
  }
  if (qualite === "suppleant") {
    return { signe: "attention", titre: "Suppléant·e", qui, entre: true,
      phrase: `Suppléant·e pour ${section}. Suivez le règlement de l'assemblée. Contrôle fait sans réseau.` };
  }
  return { signe: "valide", titre: "Valide", qui, entre: true,
    phrase: `Siège pour ${section}. Contrôle fait sans réseau.` };
}

export function heure(millisecondes) {
  return new Date(millisecondes).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
}
