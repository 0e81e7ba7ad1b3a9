/**
 * What is typed in a step of the minutes is kept in this browser until it is saved: a closed tab, an
 * expired session or a lost connection loses nothing.  Figures stay on the device; words, which may
 * name somebody, only for as long as the tab lives.
 *
 * `<form data-garder="minutes:step:version">`: once the step is saved the version grows, and what was
 * kept for a former one is forgotten.
 */

const PREFIXE = "pv:";

const magasin = (champ) => (champ.inputMode === "numeric" ? localStorage : sessionStorage);

const oublier = (stockage, debut, sauf) => {
  for (const cle of Object.keys(stockage)) {
    if (cle.startsWith(debut) && !cle.startsWith(sauf)) stockage.removeItem(cle);
  }
};

for (const form of document.querySelectorAll("form[data-garder]")) {
  const cle = `${PREFIXE}${form.dataset.garder}`;
  const etape = cle.slice(0, cle.lastIndexOf(":") + 1);
  const champs = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  try {
    for (const stockage of [localStorage, sessionStorage]) oublier(stockage, etape, `${cle}:`);
    for (const champ of champs) {
      const garde = magasin(champ).getItem(`${cle}:${champ.name}`);
      if (garde === null) continue;
      if (champ.type === "checkbox") champ.checked = garde === "1";
      else champ.value = garde;
    }
    form.addEventListener("input", ({ target }) => {
      const valeur = target.type === "checkbox" ? (target.checked ? "1" : "0") : target.value;
      magasin(target).setItem(`${cle}:${target.name}`, valeur);
    });
  } catch {
    // Storage refused or full: the form works as any other.
  }
}
