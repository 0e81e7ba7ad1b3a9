/**
 * Ticks of the attendance list.  Each is first kept on the device, then sent; without network it
 * waits, over a reload or a closed tab too.  Only member ids, states and the device's clock are kept.
 */

import { Attente } from "./attente.js";

const form = document.querySelector("form[data-presences]");
const reseau = form.querySelector("[data-reseau]");
const total = form.querySelector("output[data-presents]");
const cases = new Map([...form.querySelectorAll("input[name=present]")].map((c) => [Number(c.value), c]));
const attente = new Attente(`presences:${form.dataset.pv}`);
const ESSAI_MS = 15_000;
let envoi = false;

const accord = (n, mot) => `${n} ${mot}${n > 1 ? "s" : ""}`;

function dire(phrase, enAttente = false) {
  reseau.toggleAttribute("data-attente", enAttente);
  if (reseau.textContent !== phrase) reseau.textContent = phrase;
}

function situation() {
  const reste = attente.taille;
  if (!reste) dire("Tout est enregistré.");
  else if (navigator.onLine) dire(`Enregistrement de ${accord(reste, "pointage")}…`, true);
  else dire(`Sans réseau : ${accord(reste, "pointage")} gardé${reste > 1 ? "s" : ""} sur cet appareil. Continuez, l'envoi se fera au retour du réseau.`, true);
}

/** Send what waits; true when nothing waits any more. */
async function envoyer() {
  if (envoi) return false;
  envoi = true;
  try {
    while (attente.taille) {
      const lot = attente.lot();
      const reponse = await fetch(form.dataset.presences, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value,
        },
        body: JSON.stringify({ pointages: lot }),
        redirect: "error",
      });
      const json = (reponse.headers.get("Content-Type") ?? "").startsWith("application/json");
      if (!reponse.ok || !json) {
        const refus = json ? await reponse.json() : null;
        dire(
          refus
            ? `${refus.message} Vos pointages restent sur cet appareil.`
            : "Pas encore enregistré : reconnectez-vous dans un autre onglet. Vos pointages restent sur cet appareil.",
          true,
        );
        return false;
      }
      const { presents } = await reponse.json();
      attente.oublier(lot);
      // What was ticked while the answer came is not in its figure: the next round gives it.
      if (!attente.taille) total.textContent = String(presents);
    }
    situation();
    return true;
  } catch {
    const reste = attente.taille;
    dire(
      `Sans réseau : ${accord(reste, "pointage")} gardé${reste > 1 ? "s" : ""} sur cet appareil. Continuez, l'envoi se fera au retour du réseau.`,
      true,
    );
    return false;
  } finally {
    envoi = false;
  }
}

form.addEventListener("change", ({ target }) => {
  if (target.name !== "present") return;
  attente.noter(Number(target.value), target.checked);
  total.textContent = String([...cases.values()].filter((c) => c.checked).length + horsDeVue);
  situation();
  envoyer();
});

// A search made by the server shows some of the list: those present elsewhere count too.
const horsDeVue = Number(total.textContent) - [...cases.values()].filter((c) => c.checked).length;

form.addEventListener("submit", async (evenement) => {
  if (!attente.taille) return;
  evenement.preventDefault();
  const bouton = evenement.submitter;
  if (await envoyer()) form.requestSubmit(bouton);
});

/* --- Search: in the page, at each letter, without network --------------------------------------- */

const recherche = document.querySelector("form[data-recherche]");
const saisie = recherche.querySelector("input");
const personne = form.querySelector("[data-personne]");
const simple = (texte) =>
  texte.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[’ʼ]/gu, "'").replace(/œ/gu, "oe").replace(/æ/gu, "ae");

function filtrer() {
  const mots = simple(saisie.value).split(/\s+/u).filter(Boolean);
  let vues = 0;
  for (const ligne of form.querySelectorAll("[data-nom]")) {
    ligne.hidden = !mots.every((mot) => ligne.dataset.nom.includes(mot));
    if (!ligne.hidden) vues += 1;
  }
  if (personne) personne.hidden = vues > 0;
}

recherche.addEventListener("submit", (evenement) => {
  evenement.preventDefault();
  filtrer();
});
saisie.addEventListener("input", filtrer);
for (const bouton of document.querySelectorAll("[data-sans-script]")) bouton.hidden = true;

/* --- Start -------------------------------------------------------------------------------------- */

for (const [adherent, present] of attente.etats()) {
  const c = cases.get(adherent);
  if (c) c.checked = present;
}
total.textContent = String([...cases.values()].filter((c) => c.checked).length + horsDeVue);
filtrer();
situation();
envoyer();
addEventListener("online", envoyer);
addEventListener("offline", situation);
setInterval(() => attente.taille && envoyer(), ESSAI_MS);
addEventListener("beforeunload", (evenement) => {
  if (attente.taille) evenement.preventDefault();
});
