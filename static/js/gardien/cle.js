/**
 * Making the key: draw it, save it, prove that it is saved, and only then deliver its public half.
 */

import { phraseDe } from "../belenios/erreurs.js";
import { clePublique, creerCle, empreinteDeCle, fichierDeCle, lireFichierDeCle } from "../belenios/gardien.js";
import { estRefus, poster } from "../isoloir/requete.js";

export class CreationDeCle {
  /** @param {HTMLElement} racine [data-gardien] @param {Tableau} bord announcements and incidents */
  constructor(racine, bord) {
    this.racine = racine;
    this.bord = bord;
    this.jeton = racine.querySelector("[name=csrfmiddlewaretoken]").value;
    this.cle = null; // {x, X}, until the file has been shown again
    this.publique = "";
    this.retenir = (evenement) => evenement.preventDefault();
    const brancher = (selecteur, type, geste) => this.trouver(selecteur).addEventListener(type, geste);
    brancher('[data-action="creer"]', "click", () => this.creer());
    brancher("[data-telechargement]", "click", () => this.telecharge());
    brancher("[data-fichier-controle]", "change", ({ target }) => this.controler(target));
    brancher('[data-action="deposer-cle"]', "click", () => this.deposer());
  }

  trouver(selecteur) {
    return this.racine.querySelector(selecteur);
  }

  montrerPas(nom) {
    const pas = this.trouver(`[data-pas="${nom}"]`);
    pas.hidden = false;
    return pas;
  }

  async creer() {
    this.trouver('[data-action="creer"]').disabled = true;
    this.cle = creerCle();
    this.publique = JSON.stringify(await clePublique(this.cle));
    this.empreinte = await empreinteDeCle(this.cle.X);
    window.addEventListener("beforeunload", this.retenir);
    const { scrutin, nom } = this.racine.dataset;
    const fichier = new Blob([fichierDeCle(this.cle, { scrutin, gardien: nom })], { type: "application/json" });
    const lien = this.trouver("[data-telechargement]");
    lien.href = URL.createObjectURL(fichier);
    lien.download = `cle-gardien-${scrutin}-${this.empreinte.slice(0, 8).replace(/[+/]/g, "-")}.json`;
    this.trouver("[data-cle-empreinte]").textContent = this.empreinte;
    this.montrerPas("enregistrer").querySelector("h3").focus();
    this.bord.annoncer("Votre clé est créée. Enregistrez son fichier.");
  }

  telecharge() {
    this.montrerPas("controler");
    this.bord.annoncer("Le fichier est enregistré par votre navigateur. Montrez-le maintenant à la page.");
  }

  async controler(champ) {
    const etat = this.trouver("[data-controle-etat]");
    if (!champ.files.length || !this.cle) return;
    try {
      const { x } = lireFichierDeCle(await champ.files[0].text());
      if (x !== this.cle.x) {
        etat.textContent = "Ce fichier contient une autre clé. Choisissez celui que vous venez d'enregistrer.";
        champ.value = ""; // a browser says nothing when the same name is chosen twice
        return;
      }
    } catch (defaut) {
      etat.textContent = `${phraseDe(defaut)} Enregistrez-le de nouveau, puis choisissez-le.`;
      champ.value = "";
      return;
    }
    etat.textContent = "Fichier complet : il contient bien votre clé.";
    champ.disabled = true;
    this.cle = null; // from here on, it is in the file alone
    URL.revokeObjectURL(this.trouver("[data-telechargement]").href);
    this.trouver("[data-telechargement]").removeAttribute("href");
    this.montrerPas("deposer").querySelector("button").focus();
  }

  async deposer() {
    const bouton = this.trouver('[data-action="deposer-cle"]');
    bouton.disabled = true;
    this.bord.cacherIncident();
    const reponse = await poster(this.racine.dataset.cleUrl, this.publique, this.jeton);
    const { statut, corps } = reponse;
    bouton.disabled = false;
    if (statut === 200 || statut === 201) {
      this.terminer(corps);
    } else if (estRefus(reponse) && corps.code !== "session") {
      this.bord.incident("Votre clé publique n'a pas été déposée.", corps.message);
    } else if (statut === 401 || statut === 403) {
      this.bord.deconnexion(
        "Gardez votre fichier et cette page, reconnectez-vous dans un autre onglet, puis déposez de nouveau.",
      );
    } else {
      this.bord.incident(
        "Nous ne savons pas si votre clé publique est arrivée.",
        "Vérifiez votre connexion, puis déposez de nouveau : la même clé n'est enregistrée qu'une fois.",
      );
    }
  }

  terminer(corps) {
    window.removeEventListener("beforeunload", this.retenir);
    if (corps?.empreinte !== this.empreinte) {
      this.bord.incident(
        "Le serveur a enregistré une autre clé que la vôtre.",
        "Prévenez la commission de récolement : ce scrutin ne doit pas ouvrir avec cette clé.",
      );
      return;
    }
    this.trouver('[data-pas="deposer"]').hidden = true;
    const fin = this.trouver("[data-cle-deposee]");
    fin.hidden = false;
    fin.querySelector("h3").focus();
  }
}
