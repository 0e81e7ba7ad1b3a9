// Shows what a passkey can do where the browser knows passkeys, and says in words what went wrong.

const REFUS = "La clé n'a pas été utilisée : la demande a été annulée, ou le délai est passé. Réessayez, ou continuez sans elle.";
const AUTRES = {
  NotAllowedError: REFUS,
  AbortError: REFUS,
  InvalidStateError: "Cette clé est déjà ajoutée à votre compte. Utilisez-la, ou choisissez-en une autre.",
  NotSupportedError: "Cette clé ne convient pas. Essayez-en une autre, ou utilisez une application de codes.",
  SecurityError: "Cette adresse n'accepte pas les clés d'accès. Vérifiez que c'est bien celle du site, puis réessayez.",
};
const PANNE = "La clé n'a pas pu être utilisée. Rechargez la page et réessayez, ou continuez sans elle.";

if (window.PublicKeyCredential) {
  for (const partie of document.querySelectorAll("[data-cle-acces]")) partie.hidden = false;
} else {
  for (const partie of document.querySelectorAll("[data-sans-cle]")) partie.hidden = false;
}

document.addEventListener("allauth.error", (evenement) => {
  evenement.preventDefault();
  const zone = document.querySelector("[data-echec-de-cle]");
  const avis = document.querySelector("[data-echec-modele]").content.firstElementChild.cloneNode(true);
  avis.textContent = AUTRES[evenement.detail.exception?.name] ?? PANNE;
  zone.replaceChildren(avis);
});
