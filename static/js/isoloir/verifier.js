/**
 * The receipt's link carries the tracker after "#", which no server sees: put it in the field, then wipe it.
 */

const champ = document.querySelector("[data-verifier] [name=suivi]");
const lu = /^#suivi=([A-Za-z0-9+/%]+)$/.exec(location.hash);
if (lu) {
  history.replaceState(null, "", location.pathname + location.search);
  try {
    champ.value ||= decodeURIComponent(lu[1]);
  } catch {
    // a mangled link: the voter pastes the number
  }
}
