/**
 * The voting code: taken once from the link's fragment or typed, explained while it is typed, kept in memory only.
 */

import { examiner } from "../belenios/identifiant.js";

const FRAGMENT = /^#code=([^&]*)(?:&pour=([A-Z0-9-]*))?$/;
const SOSIES = {
  0: "o minuscule",
  O: "o minuscule ou Q",
  I: "i minuscule ou 1",
  l: "L majuscule ou 1",
};

/**
 * Read #code=…&pour=… and wipe it from the address bar and from this entry of the history.
 * {code, pour}, or null when the address holds no code; `pour` is the end of a member number, "" when it is not said.
 */
export function codeDuLien() {
  const lu = FRAGMENT.exec(location.hash);
  if (!lu) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  try {
    return { code: decodeURIComponent(lu[1]), pour: lu[2] ?? "" };
  } catch {
    return null; // a mangled link: the voter types the code
  }
}

function expliquer({ etat, groupe, signe, manque }) {
  switch (etat) {
    case "incomplet":
      return `Groupe ${Math.min(groupe, 5)} sur 5 : encore ${manque} signe${manque > 1 ? "s" : ""}.`;
    case "signe": {
      const sosie = SOSIES[signe] ? ` Peut-être ${SOSIES[signe]} ?` : "";
      return `Groupe ${groupe} : « ${signe} » n'existe dans aucun code.${sosie}`;
    }
    case "groupe":
      return `Groupe ${groupe} : il doit avoir trois signes.`;
    case "long":
      return "Ce code est trop long : il a cinq groupes de trois signes.";
    case "controle":
      return groupe
        ? `Groupe ${groupe} : il doit avoir trois signes.`
        : "Un signe au moins est faux. Relisez chaque groupe, majuscules comprises.";
    case "valide":
      return "Code complet et bien formé.";
    default:
      return "";
  }
}

export class CodeDeVote {
  /** @param {HTMLElement} racine holds [data-code], [data-code-etat], [data-bloc-code], [data-code-du-lien] */
  constructor(racine) {
    this.champ = racine.querySelector("[data-code]");
    this.etat = racine.querySelector("[data-code-etat]");
    this.bloc = racine.querySelector("[data-bloc-code]");
    this.lien = racine.querySelector("[data-code-du-lien]");
    this.autre = racine.querySelector("[data-code-d-autrui]");
    this.repere = racine.dataset.repere;
    this.champ.addEventListener("input", () => this.dire(examiner(this.champ.value)));
    this.champ.addEventListener("blur", () => this.mettreEnForme());
  }

  /** Use the link's code; a wrong one is shown in the field with what is wrong, another person's is not taken. */
  prendreDuLien({ code, pour }) {
    if (!code) return;
    this.autre.hidden = !pour || pour === this.repere;
    if (!this.autre.hidden) {
      this.montrerChamp(true);
      return;
    }
    this.champ.value = code;
    const avis = examiner(code);
    this.dire(avis);
    this.montrerChamp(avis.etat !== "valide");
  }

  montrerChamp(visible) {
    this.bloc.hidden = !visible;
    this.lien.hidden = visible;
  }

  /** Let the voter type another code. */
  changer() {
    this.effacer();
    this.montrerChamp(true);
    this.champ.focus();
  }

  mettreEnForme() {
    const { etat, code } = examiner(this.champ.value);
    if (etat === "valide") this.champ.value = code;
  }

  dire(avis) {
    this.etat.textContent = expliquer(avis);
    this.etat.dataset.codeEtat = avis.etat;
    const faux = !["vide", "incomplet", "valide"].includes(avis.etat);
    this.champ.setAttribute("aria-invalid", String(faux));
  }

  /** The code in canonical form, or "" after saying what is missing and focusing the field. */
  exiger() {
    const avis = examiner(this.champ.value);
    if (avis.etat === "valide") return avis.code;
    this.dire(avis);
    this.champ.setAttribute("aria-invalid", "true");
    if (avis.etat === "vide") this.etat.textContent = "Saisissez votre code de vote : il est dans le courriel du scrutin.";
    this.montrerChamp(true);
    this.champ.focus();
    return "";
  }

  effacer() {
    this.champ.value = "";
    this.champ.removeAttribute("aria-invalid");
    this.etat.textContent = "";
    this.etat.dataset.codeEtat = "vide";
  }
}
