// Adds the reader's own hour to the dates given at the hour of Paris, where the two differ.

export function heureLocale(iso, fuseau = Intl.DateTimeFormat().resolvedOptions().timeZone) {
  const instant = new Date(iso);
  const ecrire = (timeZone) =>
    new Intl.DateTimeFormat("fr-FR", {
      timeZone,
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "numeric",
      minute: "2-digit",
    }).format(instant);
  const ici = ecrire(fuseau);
  return ici === ecrire("Europe/Paris") ? "" : ici.replace(":", "\u00a0h\u00a0");
}

for (const element of document.querySelectorAll("time[data-moment]")) {
  const ici = heureLocale(element.dateTime);
  if (ici) element.append(` (chez vous : ${ici})`);
}
