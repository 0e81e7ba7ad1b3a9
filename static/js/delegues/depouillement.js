/** Checks the count while it is typed, once every figure is there. */

import { ecarts } from "./compte.js";

const form = document.querySelector("form[data-depouillement]");
const compte = form.querySelector("[data-compte]");
const exprimes = form.querySelector("[data-exprimes]");
const somme = form.querySelector("[data-somme]");

const lire = (champ) => (/^\s*\d{1,6}\s*$/u.test(champ.value) ? Number(champ.value) : null);
const champ = (nom) => form.elements.namedItem(nom);

function dire(classe, phrases) {
  const cadre = document.createElement("div");
  cadre.className = `notice ${classe}`;
  for (const phrase of phrases) {
    const p = document.createElement("p");
    p.textContent = phrase;
    cadre.append(p);
  }
  // The same words again would be read aloud again.
  if (compte.textContent !== cadre.textContent) compte.replaceChildren(cadre);
}

function verifier() {
  const [votants, blancs, nuls] = ["votants", "blancs", "nuls"].map((nom) => lire(champ(nom)));
  const voix = [...form.querySelectorAll("input[name^=voix_]")].map(lire);
  const connus = voix.filter((n) => n !== null);
  const bulletins = ![votants, blancs, nuls].includes(null);
  exprimes.textContent = bulletins ? String(votants - blancs - nuls) : "votant·es, moins blancs et nuls";
  somme.textContent = String(connus.reduce((total, n) => total + n, 0));
  if (!bulletins || connus.length < voix.length) {
    compte.replaceChildren();
    return;
  }
  const { inscrits, presents, noms } = form.dataset;
  const phrases = ecarts({
    inscrits: Number(inscrits),
    presents: Number(presents),
    noms: Number(noms),
    votants,
    blancs,
    nuls,
    voix,
  });
  if (phrases.length) dire("notice-alerte", phrases);
  else dire("notice-succes", ["Le compte tombe juste."]);
}

form.addEventListener("input", verifier);
verifier();
