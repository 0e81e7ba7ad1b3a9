/**
 * The questions of the page: what is ticked, whether it may be sealed, and how it reads back.
 */

import { BLANC } from "../belenios/bulletin.js";

const lisse = (texte) => texte.replace(/\s+/gu, " ").trim();
const accord = (n, mot) => `${n} ${mot}${n > 1 ? "s" : ""}`;

class Question {
  constructor(groupe) {
    this.groupe = groupe;
    this.intitule = lisse(groupe.querySelector("[data-intitule]").textContent);
    this.reponses = [...groupe.querySelectorAll("[data-texte]")].map((e) => lisse(e.textContent));
    this.minimum = Number(groupe.dataset.minimum);
    this.maximum = Number(groupe.dataset.maximum);
    this.blanc = "blanc" in groupe.dataset;
    this.cases = [...groupe.querySelectorAll("input")];
    this.unique = this.cases[0].type === "radio";
    this.erreur = groupe.querySelector("[data-erreur]");
    this.compte = groupe.querySelector("[data-compte]");
    groupe.addEventListener("change", ({ target }) => this.changer(target));
  }

  /** BLANC, or the indices of the ticked answers. */
  coches() {
    const valeurs = this.cases.filter((c) => c.checked).map((c) => c.value);
    return valeurs.includes(BLANC) ? BLANC : valeurs.map(Number);
  }

  /** Blank excludes the rest, and the rest excludes blank: said aloud, never done in silence. */
  changer(touchee) {
    let retire = "";
    if (touchee.checked && !this.unique) {
      const contraires = this.cases.filter((c) => c.checked && (c.value === BLANC) !== (touchee.value === BLANC));
      for (const c of contraires) c.checked = false;
      if (contraires.length) retire = touchee.value === BLANC ? "Vos autres réponses sont décochées. " : "Le vote blanc est décoché. ";
    }
    const coches = this.coches();
    if (!this.unique) {
      const etat = coches === BLANC ? "Vote blanc." : `${accord(coches.length, "réponse")} sur ${this.maximum} au plus.`;
      this.compte.textContent = retire + etat;
    }
    // Too many is said at once; too few, only to who has tried to go on.
    if (!this.erreur.hidden || (coches !== BLANC && coches.length > this.maximum)) this.signaler(this.defaut());
  }

  /** What prevents sealing, in words; "" when nothing does. */
  defaut() {
    const coches = this.coches();
    if (coches === BLANC) return "";
    const ouBlanc = this.blanc ? ", ou votez blanc" : "";
    if (coches.length < this.minimum) {
      if (this.unique) return `Choisissez une réponse${ouBlanc}.`;
      const manque = this.minimum - coches.length;
      const ajout = coches.length ? ` Il en manque ${manque}.` : "";
      return `Cochez au moins ${accord(this.minimum, "réponse")}${ouBlanc}.${ajout}`;
    }
    if (coches.length > this.maximum) {
      const trop = coches.length - this.maximum;
      return `Vous avez coché ${accord(coches.length, "réponse")}, il en faut ${this.maximum} au plus. Décochez-en ${trop}.`;
    }
    return "";
  }

  signaler(defaut) {
    this.erreur.textContent = defaut;
    this.erreur.hidden = !defaut;
    this.groupe.classList.toggle("choix-en-erreur", Boolean(defaut));
  }

  /** The lines of the review. */
  enMots() {
    const coches = this.coches();
    if (coches === BLANC) return ["Vote blanc"];
    return coches.length ? coches.map((i) => this.reponses[i]) : ["Aucune réponse cochée"];
  }

  /** Is it the question that the election JSON holds, word for word and in the same order? */
  estCelleDe({ intitule, reponses, minimum, maximum, blanc }) {
    const memesReponses =
      reponses.length === this.reponses.length && reponses.every((r, i) => lisse(r) === this.reponses[i]);
    const memesBornes = minimum === this.minimum && maximum === this.maximum && blanc === this.blanc;
    return memesReponses && memesBornes && lisse(intitule) === this.intitule;
  }
}

export class Choix {
  constructor(racine) {
    this.questions = [...racine.querySelectorAll("[data-question]")].map((groupe) => new Question(groupe));
  }

  /** One entry per question, as `chiffrer` takes them. */
  valeurs() {
    return this.questions.map((q) => q.coches());
  }

  sontPermis() {
    return this.questions.every((q) => !q.defaut());
  }

  /** Show what is wrong at each question, focus the first; returns its sentence, "" when all is well. */
  verifier() {
    for (const q of this.questions) q.signaler(q.defaut());
    const fautive = this.questions.find((q) => q.defaut());
    fautive?.cases[0].focus();
    return fautive?.defaut() ?? "";
  }

  relire(liste) {
    liste.replaceChildren(
      ...this.questions.flatMap((q) => {
        const question = document.createElement("dt");
        question.textContent = q.intitule;
        const reponses = q.enMots().map((mots) => {
          const reponse = document.createElement("dd");
          reponse.textContent = mots;
          return reponse;
        });
        return [question, ...reponses];
      }),
    );
  }

  correspondentA({ questions }) {
    return questions.length === this.questions.length && questions.every((q, i) => this.questions[i].estCelleDe(q));
  }

  effacer() {
    for (const q of this.questions) {
      for (const c of q.cases) c.checked = false;
      q.compte.textContent = "";
      q.signaler("");
    }
  }
}
