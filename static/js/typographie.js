// French typography, after the page is drawn: « ! ? : ; % » stay on the line of the word before them.
// The text itself does not change for who searches, copies or listens to it.

const FINE = "\u202f";
const INTACTS = "pre, code, textarea, script, style, .suivi";

export function insecables(texte) {
  return texte
    .replace(/ (?=[?!:;%»](?:[\s.,)]|$))/g, FINE)
    .replace(/« /g, `«${FINE}`);
}

const textes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (textes.nextNode()) {
  const noeud = textes.currentNode;
  const corrige = insecables(noeud.data);
  if (corrige !== noeud.data && !noeud.parentElement.closest(INTACTS)) noeud.data = corrige;
}
