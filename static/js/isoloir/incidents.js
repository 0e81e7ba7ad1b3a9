/**
 * What the booth says when something goes wrong: what happened, what it changes, what to do.
 */

const ICI = "Ce bulletin scellé n'est pas dans l'urne.";
const UNE_FOIS = "C'est le même bulletin : il ne peut compter qu'une fois.";

/** Actions: names of the buttons and links to offer. */
export const INCIDENTS = {
  inconnu: {
    titre: "Nous ne savons pas encore si votre bulletin est dans l'urne.",
    texte: `La connexion a coupé pendant l'envoi. Gardez cette page ouverte et réessayez quand le réseau revient. ${UNE_FOIS}`,
    actions: ["reessayer", "liste"],
  },
  absent: {
    titre: "Votre bulletin n'est pas encore dans l'urne.",
    texte: `L'envoi n'a pas abouti, nous venons de le vérifier. Déposez-le de nouveau. ${UNE_FOIS}`,
    actions: ["reessayer"],
  },
  session: {
    titre: "Vous avez été déconnecté·e avant le dépôt.",
    texte: `${ICI} Reconnectez-vous dans un autre onglet, revenez ici et déposez-le. Ne fermez pas cette page.`,
    actions: ["connexion", "reessayer"],
  },
  election: {
    titre: "L'élection n'a pas pu être chargée.",
    texte: "Rien n'a été scellé ni envoyé. Vérifiez votre connexion, puis scellez de nouveau.",
    actions: [],
  },
  programme: {
    titre: "Le programme de scellement n'a pas pu être chargé.",
    texte: "Rien n'a été scellé ni envoyé. Vérifiez votre connexion, puis scellez de nouveau.",
    actions: [],
  },
  mauvaise_election: {
    titre: "Cette page n'affiche pas les questions de l'élection.",
    texte:
      "Rien n'a été scellé ni envoyé. Rechargez la page. Si ce message revient, prévenez la commission de récolement : ne votez pas ici.",
    actions: ["quitter"],
  },
  calcul: {
    titre: "Votre bulletin n'a pas pu être scellé.",
    texte: "Rien n'a été envoyé. Rechargez la page, mettez à jour votre navigateur ou changez d'appareil.",
    actions: ["quitter"],
  },
};

const APRES_REFUS = {
  autre_personne: ["connexion", "reessayer"],
  code_inconnu: ["corriger-code"],
  code_utilise: ["corriger-code", "quitter"],
  autre_code: ["corriger-code", "quitter"],
  forme: ["resceller"],
  taille: ["resceller"],
  election: ["quitter"],
  trop_vite: ["reessayer"],
  indisponible: ["reessayer"],
};

/** A refusal keeps the server's sentence, which holds the reason and the remedy. */
export function refus({ code, message }) {
  if (code === "session") return INCIDENTS.session;
  const actions = APRES_REFUS[code] ?? ["quitter"];
  return { titre: "Ce bulletin n'a pas été déposé.", texte: message, actions };
}

/** Refusals after which the same bytes may still be accepted. */
export function estProvisoire(code) {
  return ["session", "csrf", "autre_personne", "trop_vite", "indisponible"].includes(code);
}

/** The notice [data-incident] and its buttons. */
export class Incident {
  constructor(racine) {
    this.cadre = racine.querySelector("[data-incident]");
    const chercher = (selecteur) => this.cadre.querySelector(selecteur);
    this.titre = chercher("[data-incident-titre]");
    this.texte = chercher("[data-incident-texte]");
    this.gestes = {
      connexion: chercher("[data-incident-connexion]"),
      liste: chercher("[data-incident-liste]"),
      quitter: chercher("[data-incident-quitter]"),
      reessayer: chercher('[data-action="reessayer"]'),
      resceller: chercher('[data-action="resceller"]'),
      "corriger-code": chercher('[data-action="corriger-code"]'),
    };
  }

  montrer({ titre, texte, actions }) {
    this.titre.textContent = titre;
    this.texte.textContent = texte;
    for (const [nom, geste] of Object.entries(this.gestes)) geste.hidden = !actions.includes(nom);
    this.cadre.hidden = false;
    this.cadre.focus();
  }

  cacher() {
    this.cadre.hidden = true;
  }
}
