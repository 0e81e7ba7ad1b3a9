/**
 * Steps of the booth: one section shown at a time, the URL and the history hold its name and nothing else.
 */

/** Set a role=status text so that it is read again even when it has not changed. */
export function annoncer(zone, texte) {
  zone.textContent = "";
  requestAnimationFrame(() => {
    zone.textContent = texte;
  });
}

export class Etapes {
  /**
   * @param {HTMLElement} racine holds section[data-etape] and li[data-pas]
   * @param {(voulue: string) => string} permise the step to show when the voter asks for `voulue`
   */
  constructor(racine, permise) {
    this.sections = new Map([...racine.querySelectorAll("section[data-etape]")].map((s) => [s.dataset.etape, s]));
    this.pas = [...racine.querySelectorAll("li[data-pas]")];
    this.permise = permise;
    this.titre = document.title;
    this.actuelle = null;
    window.addEventListener("popstate", ({ state }) => this.revenir(state?.etape));
  }

  /** First display: no entry added to the history, no focus taken from the page. */
  commencer(nom) {
    history.replaceState({ etape: nom }, "", `${location.pathname}${location.search}#${nom}`);
    this.montrer(nom, false);
  }

  /** Go to a step if it is allowed, as a new entry of the history. */
  aller(voulue) {
    const nom = this.permise(voulue);
    if (nom === this.actuelle) return;
    history.pushState({ etape: nom }, "", `#${nom}`);
    this.montrer(nom);
  }

  /** Go to a step in place of the present one, which Back will not find again. */
  remplacer(nom) {
    history.replaceState({ etape: nom }, "", `#${nom}`);
    this.montrer(nom);
  }

  /** The browser's Back or Forward: when the step is refused, the address follows the step shown. */
  revenir(voulue = "lire") {
    const nom = this.permise(this.sections.has(voulue) ? voulue : "lire");
    if (nom !== voulue) history.pushState({ etape: nom }, "", `#${nom}`);
    if (nom !== this.actuelle) this.montrer(nom);
  }

  montrer(nom, prendreLeFocus = true) {
    this.actuelle = nom;
    for (const [cle, section] of this.sections) section.hidden = cle !== nom;
    const rang = this.pas.findIndex((li) => li.dataset.pas === nom);
    this.pas.forEach((li, i) => {
      li.classList.toggle("fait", i < rang);
      if (i === rang) li.setAttribute("aria-current", "step");
      else li.removeAttribute("aria-current");
    });
    const titre = this.sections.get(nom).querySelector("h2");
    document.title = `${titre.textContent.trim()} – ${this.titre}`;
    if (!prendreLeFocus) return;
    titre.focus();
    titre.scrollIntoView({ block: "start" });
  }
}
