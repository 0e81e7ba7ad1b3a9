/**
 * Decrypting: every box read again and checked by the worker, its share delivered, one after the other.
 */

import { phraseDe } from "../belenios/erreurs.js";
import { lireFichierDeCle } from "../belenios/gardien.js";
import { demander, estRefus, poster } from "../isoloir/requete.js";

const ESSAIS = 3;
const PAUSE = 1500; // ms, times the number of the try
const attendre = (duree) => new Promise((suite) => setTimeout(suite, duree));

export class Dechiffrement {
  /** @param {HTMLElement} racine [data-gardien] @param {Tableau} bord announcements and incidents */
  constructor(racine, bord) {
    this.racine = racine;
    this.bord = bord;
    this.urnes = []; // as the server lists them, with their row
    this.attendue = ""; // the public key that the server has for this trustee
    this.jeton = "";
    this.cle = null;
    this.ouvrier = null;
    this.bouton = racine.querySelector('[data-action="dechiffrer"]');
    this.pause = racine.querySelector('[data-action="suspendre"]');
    this.champ = racine.querySelector("[data-fichier-cle]");
    this.champ.addEventListener("change", () => this.lireCle());
    this.bouton.addEventListener("click", () => this.lancer());
    this.pause.addEventListener("click", () => this.suspendre());
    this.retenir = (evenement) => evenement.preventDefault();
  }

  trouver(selecteur) {
    return this.racine.querySelector(selecteur);
  }

  /** Ask the server which boxes are left; false, with an incident shown, when it does not answer. */
  async actualiser() {
    const reponse = await demander(this.racine.dataset.urnesUrl);
    const { statut, corps } = reponse;
    if (statut !== 200 || !Array.isArray(corps?.urnes)) {
      if (estRefus(reponse) && corps.code !== "session") this.bord.incident("Les urnes ne peuvent pas être lues.", corps.message);
      else if (statut === 401) this.bord.deconnexion("Reconnectez-vous dans un autre onglet, puis reprenez ici.");
      else this.bord.incident("La liste des urnes n'a pas pu être chargée.", "Vérifiez votre connexion, puis reprenez.");
      return false;
    }
    this.attendue = corps.cle_publique;
    this.jeton = corps.jeton;
    this.urnes = corps.urnes.map((urne) => ({ ...urne, ligne: this.ligneDe(urne) }));
    this.trouver("[data-urnes]").replaceChildren(...this.urnes.map(({ ligne }) => ligne));
    return true;
  }

  ligneDe({ nom, livree }) {
    const ligne = document.createElement("tr");
    const titre = document.createElement("th");
    titre.scope = "row";
    titre.textContent = nom;
    const [comptes, etat] = [document.createElement("td"), document.createElement("td")];
    etat.textContent = livree ? "Part déposée" : "À déchiffrer";
    etat.dataset.etat = livree ? "fait" : "a-faire";
    ligne.append(titre, comptes, etat);
    return ligne;
  }

  dire(urne, etat, texte) {
    const cellule = urne.ligne.lastElementChild;
    cellule.textContent = texte;
    cellule.dataset.etat = etat;
  }

  async lireCle() {
    const etat = this.trouver("[data-cle-etat]");
    this.cle = null;
    this.bouton.disabled = true;
    if (!this.champ.files.length) return;
    try {
      const cle = lireFichierDeCle(await this.champ.files[0].text());
      if (!this.attendue && !(await this.actualiser())) return;
      if (String(cle.X) !== this.attendue) {
        etat.textContent = "Ce fichier contient une autre clé que celle que vous avez déposée. Cherchez le bon fichier.";
        this.champ.value = ""; // a browser says nothing when the same name is chosen twice
        return;
      }
      this.cle = cle;
    } catch (defaut) {
      etat.textContent = phraseDe(defaut);
      this.champ.value = "";
      return;
    }
    etat.textContent = "C'est bien la clé déposée pour ce scrutin.";
    this.bouton.disabled = false;
  }

  async lancer() {
    if (this.ouvrier || !this.cle) return;
    this.bord.cacherIncident();
    this.bouton.disabled = true;
    const ouvrier = new Worker(new URL("./dechiffreur.js", import.meta.url), { type: "module" });
    this.ouvrier = ouvrier;
    ouvrier.postMessage({ type: "cle", x: String(this.cle.x), X: String(this.cle.X) });
    this.pause.hidden = false;
    window.addEventListener("beforeunload", this.retenir);
    // The list again: boxes delivered before an interruption are skipped, and the token is fresh.
    if ((await this.actualiser()) && this.ouvrier === ouvrier) await this.parcourir(ouvrier);
    if (this.ouvrier === ouvrier) this.arreter();
  }

  async parcourir(ouvrier) {
    this.trouver("[data-travail]").hidden = false;
    for (const urne of this.urnes.filter(({ livree }) => !livree)) {
      this.avancer();
      const continuer = await this.traiter(ouvrier, urne);
      if (this.ouvrier !== ouvrier || !continuer) return;
    }
    this.avancer();
    const ratees = this.urnes.filter(({ livree }) => !livree).length;
    if (ratees) {
      this.bord.incident(
        `${ratees} urne${ratees > 1 ? "s n'ont" : " n'a"} pas été déchiffrée${ratees > 1 ? "s" : ""}.`,
        "La raison est dans le tableau. Prévenez la commission de récolement, et gardez votre fichier.",
      );
    } else this.terminer();
  }

  avancer() {
    const faites = this.urnes.filter(({ livree }) => livree).length;
    this.trouver("[data-travail-texte]").textContent = `${faites} urne${faites > 1 ? "s" : ""} sur ${this.urnes.length}`;
    this.trouver("[data-progres]").value = this.urnes.length ? (100 * faites) / this.urnes.length : 100;
  }

  /** One box, tried a few times over a bad network; false when it is no use going on. */
  async traiter(ouvrier, urne) {
    for (let essai = 1; ; essai += 1) {
      const issue = await this.calculer(ouvrier, urne);
      if (this.ouvrier !== ouvrier) return false;
      if (issue.type === "part") {
        urne.ligne.children[1].textContent = issue.comptes;
        return this.livrer(urne, issue.part);
      }
      if (issue.code !== "reseau") {
        this.dire(urne, "refus", issue.message);
        return true; // its archive is at fault; the others may be sound
      }
      if (essai === ESSAIS) {
        this.dire(urne, "a-faire", "Interrompue");
        this.bord.incident(issue.message, "Vérifiez votre connexion, puis reprenez : les urnes déjà livrées le restent.");
        return false;
      }
      await attendre(PAUSE * essai);
    }
  }

  calculer(ouvrier, urne) {
    const archive = new URL(urne.archive_url, location.href).href;
    this.dire(urne, "en-cours", "Relecture de l'archive…");
    return new Promise((repondre) => {
      const ecoute = new AbortController();
      const finir = (issue) => {
        ecoute.abort();
        repondre(issue);
      };
      const ecouter = ({ data }) => {
        if (data.type === "lecture") this.dire(urne, "en-cours", `Relecture : ${data.bulletins} bulletins`);
        else if (data.type === "calcul") this.dire(urne, "en-cours", "Total vérifié, déchiffrement…");
        else finir(data);
      };
      const echec = { code: "calcul", message: "Le calcul a échoué sur cet appareil." };
      ouvrier.addEventListener("message", ecouter, ecoute);
      ouvrier.addEventListener("error", () => finir(echec), ecoute);
      this.abandonner = () => finir({ code: "suspendu" });
      ouvrier.postMessage({ type: "urne", uuid: urne.uuid, empreinte: urne.empreinte, archive });
    });
  }

  async livrer(urne, part) {
    this.dire(urne, "en-cours", "Envoi de votre part…");
    for (let essai = 1; ; essai += 1) {
      const reponse = await poster(urne.depot_url, part, this.jeton);
      const { statut, corps } = reponse;
      if (statut === 200 || statut === 201) {
        urne.livree = true;
        this.dire(urne, "fait", "Part déposée");
        return true;
      }
      if (statut === 401 || statut === 403) {
        this.dire(urne, "a-faire", "À déchiffrer");
        this.bord.deconnexion(corps?.message ?? "Reconnectez-vous dans un autre onglet, puis reprenez ici.");
        return false;
      }
      if (estRefus(reponse) && statut !== 429 && statut !== 503) {
        this.dire(urne, "refus", corps.message);
        return true;
      }
      if (essai === ESSAIS) {
        this.dire(urne, "a-faire", "Interrompue");
        this.bord.incident(
          "Nous ne savons pas si la dernière part est arrivée.",
          "Vérifiez votre connexion, puis reprenez : une part déjà reçue n'est pas redemandée.",
        );
        return false;
      }
      await attendre(Math.max(PAUSE * essai, reponse.attente * 1000));
    }
  }

  suspendre() {
    this.arreter();
    this.abandonner?.();
    this.bord.annoncer("Déchiffrement suspendu. Les urnes déjà livrées le restent.");
    for (const urne of this.urnes.filter(({ livree }) => !livree)) this.dire(urne, "a-faire", "À déchiffrer");
  }

  /** Stop the worker, and the key that it holds; the one of this page stays for going on. */
  arreter() {
    this.ouvrier?.terminate();
    this.ouvrier = null;
    this.pause.hidden = true;
    this.bouton.disabled = !this.cle;
    this.bouton.textContent = "Reprendre le déchiffrement";
    window.removeEventListener("beforeunload", this.retenir);
  }

  terminer() {
    this.cle = null;
    this.bouton.hidden = true;
    this.champ.value = "";
    this.champ.disabled = true;
    this.trouver("[data-cle-etat]").textContent = "";
    const fin = this.trouver("[data-termine]");
    fin.hidden = false;
    fin.querySelector("h3").focus();
  }
}
