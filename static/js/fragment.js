// Carries the fragment of the address (a voting code, see the code mail) through log-in.
//
// A form that posts to an address with a fragment, then is redirected to an address without one,
// leaves the browser with the first fragment: the code reaches the booth without ever being sent
// to a server nor kept on the device.

export function avecFragment(adresse, fragment, base) {
  const url = new URL(adresse, base);
  url.hash = fragment;
  return url.href;
}

if (location.hash.length > 1) {
  for (const formulaire of document.querySelectorAll("form[data-fragment]")) {
    formulaire.action = avecFragment(formulaire.getAttribute("action") || location.href, location.hash, location.href);
  }
  for (const lien of document.querySelectorAll("a[data-fragment]")) {
    lien.href = avecFragment(lien.href, location.hash, location.href);
  }
}
