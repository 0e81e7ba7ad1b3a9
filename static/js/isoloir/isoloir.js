/**
 * The voter's booth: one page, five steps, and nothing about the choice that leaves it unsealed.
 *
 * DOM (templates/consultation/_isoloir.html)
 *   form[data-isoloir]        data-election-url data-depot-url data-etat-url data-code-url data-bulletins-url
 *                             data-empreinte data-uuid data-electeur data-repere [data-apercu]; holds the
 *                             csrfmiddlewaretoken input
 *   [data-verrou]             fieldset, disabled by the server so that nothing can be sent without this script
 *   [data-annonce]            role=status; [data-rechargee] the notice shown after a reload
 *   section[data-etape]       lire, choisir, relire, sceller, recu; its h2 takes the focus; li[data-pas] follows
 *   fieldset[data-question]   one per question, in the order of the election JSON: data-minimum data-maximum
 *                             [data-blanc]; [data-intitule], [data-texte] in the order of the answers (compared with
 *                             the election JSON before sealing), inputs whose value is the answer's index or "blanc"
 *   [data-code]               the voting code; also read once from #code=XXX-XXX-XXX-XXX-XXX&pour=1234, then wiped
 *                             from the URL; `pour` (end of a member number) that is not data-repere is another's code
 *   [data-suivi]              the tracker, shown before sending and again on the receipt
 *   [data-incident]           what went wrong, what it changes, what to do
 *
 * Server
 *   GET data-election-url     the election JSON, raw bytes, the same for everybody (no newline at the end); its
 *                             fingerprint must equal data-empreinte
 *   POST data-depot-url       body: the exact bytes of the ballot, Content-Type application/json, X-CSRFToken, and
 *                             X-Electeur: data-electeur, so that another person's log-in cannot cast this ballot.
 *                             Answers in JSON, never a redirect:
 *       201, or 200 when this very ballot is already there from this voter (idempotent: same receipt)
 *                             {"suivi": "<43 characters>", "hauteur": 12, "tete": "<hex of the chain's head>"}
 *       otherwise             {"code": "…", "message": "<sentence with the reason and the remedy, shown as it is>"}
 *           400 or 415 forme                    409 pas_ouvert, election, deja_vote, rejeu,
 *           401 session                             code_utilise, autre_code, autre_personne
 *           403 hors_liste, code_inconnu, csrf  410 clos, annule
 *           404 inconnu                         413 taille
 *           429 trop_vite (with Retry-After)    503 indisponible
 *       A 4xx or 503 with such a body means that nothing was written.  Any other answer (no answer, 5xx, HTML, a
 *       redirect) leaves the booth in doubt: it asks the next address before it says anything.
 *   POST data-etat-url        body: the tracker, as text.  Public (no log-in, no token), writes nothing:
 *                             {"present": true|false, "session": true|false, "jeton": "<fresh CSRF token>"}
 *                             and, when present, the receipt's "hauteur" and "tete".  Logging in again in another
 *                             tab rotates the CSRF token: the retry takes the fresh one from here.
 *   POST data-code-url        mails the voting code again to the voter: {"message": "…"}
 *
 * Nothing is stored, anywhere; the URL holds the step alone; nothing is written to the console.
 */

import { lireElection } from "../belenios/election.js";
import { calculPossible } from "../belenios/empreinte.js";
import { Choix } from "./choix.js";
import { CodeDeVote, codeDuLien } from "./code.js";
import { chercherElection, deposer, etatDe, renvoyerLeCode } from "./depot.js";
import { Etapes, annoncer } from "./etapes.js";
import { INCIDENTS, Incident, estProvisoire, refus } from "./incidents.js";

class Isoloir {
  constructor(form) {
    this.form = form;
    this.zone = form.querySelector("[data-annonce]");
    this.apercu = "apercu" in form.dataset;
    this.jeton = form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.choix = new Choix(form);
    // Before the steps: a code pasted in the address bar is wiped whatever the step does of it.
    window.addEventListener("popstate", () => this.prendreLeLien());
    this.etapes = new Etapes(form, (voulue) => this.permise(voulue));
    this.octets = null; // the election JSON, once fetched and compared with the page
    this.scelle = null; // {bulletin, suivi} from sealing until the server has answered for good
    this.scelleur = null; // the worker, loaded and idle
    this.occupe = false;
    this.fini = false;
    if (!this.apercu) {
      this.code = new CodeDeVote(form);
      this.incident = new Incident(form);
    }
    this.retenir = (evenement) => evenement.preventDefault();
  }

  trouver(selecteur) {
    return this.form.querySelector(selecteur);
  }

  ouvrir() {
    const rechargee = /^#(choisir|relire|sceller|recu)$/.test(location.hash);
    this.form.reset();
    this.form.hidden = false;
    this.trouver("[data-verrou]").disabled = false;
    this.trouver("[data-rechargee]").hidden = !rechargee;
    this.prendreLeLien();
    this.etapes.commencer("lire");
    this.form.addEventListener("submit", (e) => e.preventDefault());
    this.form.addEventListener("keydown", (e) => this.entree(e));
    this.form.addEventListener("click", (e) => this.cliquer(e));
    // A page that the browser kept aside is not shown again as it was left.
    window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
    window.addEventListener("online", () => this.revenirEnLigne());
    if (this.apercu) return;
    this.charger();
    this.preparerLeScelleur();
  }

  /** Load the sealing program while the network is there: sealing then needs none. */
  preparerLeScelleur() {
    const scelleur = new Worker(new URL("./scelleur.js", import.meta.url), { type: "module" });
    scelleur.addEventListener("error", () => {
      if (this.scelleur === scelleur) this.scelleur = null;
    });
    this.scelleur = scelleur;
    return scelleur;
  }

  prendreLeLien() {
    const lien = codeDuLien();
    if (lien && !this.occupe && !this.scelle && !this.fini) this.code?.prendreDuLien(lien);
  }

  /** Which step may be shown: no skipping ahead of the choices, no leaving a sealed ballot, no return from the end. */
  permise(voulue) {
    if (this.fini) return "recu";
    if (this.scelle || this.occupe) {
      annoncer(this.zone, "Votre bulletin scellé est encore sur cette page. Terminez son dépôt.");
      return "sceller";
    }
    if (voulue === "recu") return "sceller";
    if (["relire", "sceller"].includes(voulue) && !this.choix.sontPermis()) return "choisir";
    return voulue;
  }

  /** Enter in the code field seals; elsewhere it must not submit anything. */
  entree(evenement) {
    if (evenement.key !== "Enter" || evenement.target.tagName !== "INPUT") return;
    evenement.preventDefault();
    if (evenement.target === this.code?.champ) this.sceller();
  }

  cliquer({ target }) {
    const bouton = target.closest("[data-aller], [data-action]");
    if (!bouton) return;
    const gestes = {
      sceller: () => this.sceller(),
      reessayer: () => this.reessayer(),
      resceller: () => this.resceller("choisir"),
      "corriger-code": () => this.resceller("sceller"),
      "changer-code": () => this.code.changer(),
      "renvoyer-code": () => this.renvoyer(bouton),
      copier: () => this.copier(),
      imprimer: () => window.print(),
    };
    if (bouton.dataset.aller) this.aller(bouton.dataset.aller);
    else gestes[bouton.dataset.action]?.();
  }

  aller(voulue) {
    this.trouver("[data-rechargee]").hidden = true;
    if (voulue === "relire" && this.etapes.actuelle === "choisir") {
      const defaut = this.choix.verifier();
      if (defaut) {
        annoncer(this.zone, defaut);
        return;
      }
    }
    this.zone.textContent = "";
    this.choix.relire(this.trouver("[data-relecture]"));
    this.etapes.aller(voulue);
  }

  /** Fetch the election and compare it with the page; returns the name of an incident, or "". */
  async charger() {
    if (this.octets) return "";
    const octets = await chercherElection(this.form.dataset.electionUrl);
    if (!octets) return "election";
    try {
      const election = await lireElection(octets);
      const { empreinte, uuid } = this.form.dataset;
      const meme = election.empreinte === empreinte && election.uuid === uuid;
      if (!meme || !this.choix.correspondentA(election)) return "mauvaise_election";
    } catch {
      return "mauvaise_election";
    }
    this.octets = octets;
    return "";
  }

  async sceller() {
    if (this.occupe || this.scelle || this.fini || this.etapes.actuelle !== "sceller") return;
    const code = this.code.exiger();
    if (!code) return;
    this.travailler("Scellement : votre bulletin est chiffré sur votre appareil, lui seul connaît votre choix.");
    const defaut = await this.charger();
    if (defaut) {
      this.arreter(INCIDENTS[defaut]);
      return;
    }
    const issue = await this.faireSceller(code);
    if (issue.type !== "scelle") {
      this.arreter(INCIDENTS[issue.code] ?? INCIDENTS.calcul);
      return;
    }
    this.scelle = { bulletin: issue.bulletin, suivi: issue.suivi };
    window.addEventListener("beforeunload", this.retenir);
    this.montrerSuivi();
    // The tracker is on the screen before anything leaves: the server cannot choose it.
    await new Promise((suite) => setTimeout(() => requestAnimationFrame(suite), 0));
    await this.envoyer();
  }

  /** Run the worker once; it ends with its answer, and the code that it was given with it. */
  faireSceller(code) {
    const barre = this.trouver("[data-progres]");
    const { empreinte } = this.form.dataset;
    const scelleur = this.scelleur ?? this.preparerLeScelleur();
    this.scelleur = null;
    return new Promise((repondre) => {
      scelleur.addEventListener("error", () => repondre({ type: "erreur", code: "programme" }));
      scelleur.addEventListener("message", ({ data }) => {
        if (data.type === "progres") barre.value = (100 * data.fait) / data.total;
        else repondre(data);
      });
      scelleur.postMessage({ octets: this.octets, empreinte, code, choix: this.choix.valeurs() });
    }).finally(() => scelleur.terminate());
  }

  async envoyer(nouvelEssai = false) {
    this.travailler("Dépôt dans l'urne… Ne fermez pas cette page.");
    const { depotUrl, electeur } = this.form.dataset;
    const reponse = await deposer(depotUrl, this.scelle, this.jeton, electeur);
    if (reponse.issue === "recu") this.conclure(reponse.recu);
    else if (reponse.issue === "refus" && reponse.code !== "csrf") this.refuser(reponse);
    // A stale CSRF token answers 403, in HTML or not: one more try with the fresh one.
    else if (reponse.statut === 403 && !nouvelEssai) await this.reessayer(true);
    else await this.douter();
  }

  refuser(reponse) {
    if (!estProvisoire(reponse.code)) this.oublierBulletin();
    this.arreter(refus(reponse));
    if (reponse.code === "trop_vite") this.patienter(reponse.attente || 10);
  }

  /** Send the same bytes again, once the box has been asked whether it has them. */
  async reessayer(nouvelEssai = false) {
    if (!this.scelle || (this.occupe && !nouvelEssai)) return;
    this.travailler("Nous vérifions d'abord si votre bulletin est dans l'urne…");
    const etat = await etatDe(this.form.dataset.etatUrl, this.scelle.suivi);
    if (etat.present) this.conclure(etat.recu);
    else if (etat.present === null) this.arreter(INCIDENTS.inconnu);
    else if (!etat.session) this.arreter(INCIDENTS.session);
    else {
      this.jeton = etat.jeton || this.jeton;
      await this.envoyer(nouvelEssai);
    }
  }

  /** Nothing is known of the last sending: ask, then say yes or no. */
  async douter() {
    this.travailler("Nous vérifions si votre bulletin est dans l'urne…");
    const etat = await etatDe(this.form.dataset.etatUrl, this.scelle.suivi);
    if (etat.present) this.conclure(etat.recu);
    else if (etat.present === null) this.arreter(INCIDENTS.inconnu);
    else this.arreter(etat.session ? INCIDENTS.absent : INCIDENTS.session);
  }

  revenirEnLigne() {
    if (this.scelle && !this.occupe && !this.incident.cadre.hidden) this.douter();
  }

  async renvoyer(bouton) {
    bouton.disabled = true;
    const phrase = await renvoyerLeCode(this.form.dataset.codeUrl, this.jeton);
    annoncer(this.trouver("[data-renvoi-etat]"), phrase);
    bouton.disabled = false;
  }

  patienter(secondes) {
    const bouton = this.incident.gestes.reessayer;
    bouton.disabled = true;
    setTimeout(() => {
      bouton.disabled = false;
      annoncer(this.zone, "Vous pouvez déposer ce même bulletin.");
    }, secondes * 1000);
  }

  resceller(etape) {
    this.oublierBulletin();
    this.incident.cacher();
    this.octets = null;
    this.charger();
    this.trouver("[data-bloc-depart]").hidden = false;
    this.code.montrerChamp(true);
    if (etape === "sceller") this.code.changer();
    else this.aller(etape);
  }

  oublierBulletin() {
    this.scelle = null;
    this.trouver("[data-bloc-suivi]").hidden = true;
    window.removeEventListener("beforeunload", this.retenir);
  }

  travailler(texte) {
    this.occupe = true;
    this.incident.cacher();
    this.trouver("[data-bloc-code]").hidden = true;
    this.trouver("[data-code-du-lien]").hidden = true;
    this.trouver("[data-bloc-depart]").hidden = true;
    this.trouver("[data-travail]").hidden = false;
    this.trouver("[data-travail-texte]").textContent = texte;
    annoncer(this.zone, texte);
  }

  arreter(incident) {
    this.occupe = false;
    this.trouver("[data-travail]").hidden = true;
    this.trouver("[data-progres]").value = 0;
    const recommencer = !this.scelle && incident.actions.length === 0;
    this.trouver("[data-bloc-depart]").hidden = !recommencer;
    if (recommencer) this.code.montrerChamp(true);
    this.incident.montrer(incident);
  }

  montrerSuivi() {
    for (const zone of this.form.querySelectorAll("[data-suivi]")) zone.textContent = this.scelle.suivi;
    this.trouver("[data-bloc-suivi]").hidden = false;
  }

  conclure({ hauteur, tete }) {
    const { suivi } = this.scelle;
    this.oublierBulletin();
    this.occupe = false;
    this.fini = true;
    this.choix.effacer();
    this.code.effacer();
    this.trouver("[data-relecture]").replaceChildren();
    this.zone.textContent = "";
    // The invitation to vote again is not for the page of the receipt.
    for (const avis of this.form.querySelectorAll("[data-revote]")) avis.hidden = true;
    this.trouver("[data-recu-hauteur]").textContent = hauteur ?? "à lire dans la liste de l'urne";
    this.trouver("[data-recu-tete]").textContent = tete ?? "à lire dans la liste de l'urne";
    for (const lien of this.form.querySelectorAll("[data-lien-verifier]")) {
      lien.href = `${this.form.dataset.bulletinsUrl}#suivi=${encodeURIComponent(suivi)}`;
    }
    this.etapes.remplacer("recu");
  }

  async copier() {
    const zone = this.trouver('[data-etape="recu"] [data-suivi]');
    const etat = this.trouver("[data-copie-etat]");
    try {
      await navigator.clipboard.writeText(zone.textContent);
      annoncer(etat, "Le numéro de suivi est copié.");
    } catch {
      getSelection().selectAllChildren(zone);
      annoncer(etat, "Le numéro est sélectionné : copiez-le avec votre clavier ou votre menu.");
    }
  }
}

function demarrer() {
  const attente = document.querySelector("[data-isoloir-demarrage]");
  if (!calculPossible() || typeof Worker !== "function") {
    attente.querySelector("[data-demarrage-texte]").textContent = isSecureContext
      ? "Ce navigateur est trop ancien pour chiffrer un bulletin. Mettez-le à jour ou votez depuis un autre appareil."
      : "Cette page n'est pas ouverte par une adresse sûre : le chiffrement y est interdit. Ouvrez-la par son adresse en https.";
    return;
  }
  attente.hidden = true;
  new Isoloir(document.querySelector("[data-isoloir]")).ouvrir();
}

demarrer();
