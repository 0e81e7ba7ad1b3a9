// The door: checks cards over the network, by the kept list when there is none, by the camera where it can.

import { heure, juger, normaliser, ouvrir } from "./liste_de_porte.js";

const formulaire = document.getElementById("controle");
const champ = document.getElementById("id_code");
const verdict = document.getElementById("verdict");
const etat = document.getElementById("etat-hors-ligne");
const bouton = (id) => document.getElementById(id);
const cle = JSON.parse(document.getElementById("cle-publique").textContent);
const assemblee = formulaire.dataset.assemblee;
const GARDE = { liste: `porte:${assemblee}:liste`, entrees: `porte:${assemblee}:entrees` };

let contenu = null;

// --- What the phone keeps ------------------------------------------------------------------------

function entrees() {
  return JSON.parse(localStorage.getItem(GARDE.entrees) ?? "[]");
}

function garder(liste) {
  localStorage.setItem(GARDE.entrees, JSON.stringify(liste));
  dire();
}

function dire(message = "") {
  const attente = entrees().length;
  const phrases = [
    contenu
      ? `Ce téléphone est prêt : ${contenu.delegues.length} cartes, liste établie à ${heure(Date.parse(contenu.etablie_le))}.`
      : "Ce téléphone n'est pas préparé.",
  ];
  if (attente) {
    phrases.push(`${attente} ${attente > 1 ? "entrées attendent" : "entrée attend"} le réseau.`);
  }
  if (message) phrases.unshift(message);
  etat.textContent = phrases.join(" ");
  bouton("envoyer").hidden = attente === 0;
  bouton("oublier").hidden = contenu === null;
}

async function retenir(liste) {
  contenu = await ouvrir(liste, cle, assemblee);
  localStorage.setItem(GARDE.liste, JSON.stringify(liste));
  dire();
}

// --- Check -----------------------------------------------------------------------------------------

function montrer({ signe, titre, qui, phrase }) {
  const cadre = document.createElement("section");
  cadre.className = `verdict verdict-${signe}`;
  for (const [nom, texte, classe] of [["h2", titre, ""], ["p", qui, "verdict-qui"], ["p", phrase, ""]]) {
    if (!texte) continue;
    const element = document.createElement(nom);
    element.textContent = texte;
    if (classe) element.className = classe;
    cadre.append(element);
  }
  verdict.replaceChildren(cadre);
}

async function envoyer(adresse, options) {
  return fetch(adresse, {
    method: "POST",
    credentials: "same-origin",
    redirect: "error",
    ...options,
    headers: { "X-CSRFToken": formulaire.elements.csrfmiddlewaretoken.value, ...options.headers },
  });
}

async function controler(saisie) {
  let reponse;
  try {
    reponse = await envoyer(formulaire.action, {
      body: new URLSearchParams({ code: saisie }),
      headers: { "X-Partiel": "verdict" },
    });
  } catch {
    await controlerSansReseau(saisie);
    return;
  }
  if (!reponse.ok) {
    formulaire.submit(); // the server's own page says what is wrong
    return;
  }
  const page = new DOMParser().parseFromString(await reponse.text(), "text/html");
  verdict.replaceChildren(...page.body.childNodes);
  document.querySelector("#compte .chiffre-valeur").textContent = reponse.headers.get("X-Entrees");
  if (entrees().length) await envoyerLesEntrees();
}

async function controlerSansReseau(saisie) {
  if (contenu === null) {
    montrer({
      signe: "refuse", titre: "Pas de réseau", qui: "",
      phrase: "Ce téléphone n'est pas préparé : chargez une liste téléchargée, ou notez le code sur papier.",
    });
    return;
  }
  const code = normaliser(saisie);
  const dit = await juger(contenu, code, entrees());
  montrer(dit);
  if (dit.entre) garder([...entrees(), { code, le: Date.now() }]);
}

async function envoyerLesEntrees() {
  const gardees = entrees();
  try {
    const reponse = await envoyer(formulaire.dataset.passages, {
      body: JSON.stringify(gardees),
      headers: { "Content-Type": "application/json" },
    });
    if (!reponse.ok) throw new Error();
    const { recus, refuses } = await reponse.json();
    garder(entrees().filter((e) => !gardees.some((g) => g.code === e.code && g.le === e.le)));
    const suite = refuses.length ? ` ${refuses.length} n'étaient plus valides : ${refuses[0].phrase}` : "";
    dire(`${recus} ${recus > 1 ? "entrées envoyées" : "entrée envoyée"}.${suite}`);
  } catch {
    dire("L'envoi n'a pas abouti : les entrées restent gardées ici.");
  }
}

formulaire.addEventListener("submit", async (evenement) => {
  evenement.preventDefault();
  const saisie = champ.value;
  champ.value = "";
  champ.focus();
  await controler(saisie);
});

// --- Prepare, forget ---------------------------------------------------------------------------------

bouton("preparer").hidden = bouton("charger").hidden = false;
bouton("preparer").addEventListener("click", async () => {
  try {
    const reponse = await fetch(formulaire.dataset.liste, { credentials: "same-origin", redirect: "error" });
    if (!reponse.ok) throw new Error("La liste n'est pas arrivée. Rechargez la page.");
    await retenir(await reponse.json());
  } catch (erreur) {
    dire(erreur.message);
  }
});
bouton("id_liste").addEventListener("change", async (evenement) => {
  try {
    await retenir(JSON.parse(await evenement.target.files[0].text()));
  } catch (erreur) {
    dire(erreur instanceof SyntaxError ? "Ce fichier n'est pas une liste de porte." : erreur.message);
  }
});
bouton("envoyer").addEventListener("click", envoyerLesEntrees);
bouton("oublier").addEventListener("click", () => {
  localStorage.removeItem(GARDE.liste);
  contenu = null;
  dire("La liste est effacée de ce téléphone.");
});
window.addEventListener("online", () => entrees().length && envoyerLesEntrees());

const liste = localStorage.getItem(GARDE.liste);
if (liste) retenir(JSON.parse(liste)).catch((erreur) => dire(erreur.message));
else dire();

// --- Camera, where the browser reads codes by itself -----------------------------------------------

const image = bouton("image");

async function lire() {
  const detecteur = new BarcodeDetector({ formats: ["qr_code"] });
  const flux = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  image.srcObject = flux;
  image.hidden = false;
  await image.play();
  while (!image.hidden) {
    const [trouve] = await detecteur.detect(image);
    if (trouve) {
      await controler(trouve.rawValue);
      await new Promise((suite) => { setTimeout(suite, 2500); }); // one card at a time
    }
    await new Promise((suite) => { setTimeout(suite, 150); });
  }
  for (const piste of flux.getTracks()) piste.stop();
}

if ("BarcodeDetector" in window && navigator.mediaDevices) {
  const camera = bouton("camera");
  camera.hidden = false;
  camera.addEventListener("click", () => {
    if (!image.hidden) {
      image.hidden = true;
      camera.textContent = "Lire avec l'appareil photo";
      return;
    }
    camera.textContent = "Arrêter l'appareil photo";
    lire().catch(() => {
      image.hidden = true;
      camera.textContent = "Lire avec l'appareil photo";
      dire("L'appareil photo n'est pas accessible : tapez le code.");
    });
  });
}
