/** Ticks that wait for the network: one a member, the last one, with the device's clock. */

export class Attente {
  /** @param {string} cle where they are kept in the browser */
  constructor(cle) {
    this.cle = cle;
    this.pointages = new Map();
    try {
      const lus = JSON.parse(localStorage.getItem(cle) ?? "[]");
      for (const [adherent, present, marque] of lus) this.pointages.set(adherent, [present, marque]);
    } catch {
      // Unreadable, or storage refused: nothing waits.
    }
  }

  get taille() {
    return this.pointages.size;
  }

  /** Each member that waits, and the state to show. */
  etats() {
    return [...this.pointages].map(([adherent, [present]]) => [adherent, present]);
  }

  noter(adherent, present, marque = Date.now()) {
    // Two ticks of one person within a millisecond keep their order.
    const avant = this.pointages.get(adherent)?.[1] ?? 0;
    this.pointages.set(adherent, [present, Math.max(marque, avant + 1)]);
    this.#garder();
  }

  /** What to send: [[member, present, clock], …]. */
  lot() {
    return [...this.pointages].map(([adherent, [present, marque]]) => [adherent, present, marque]);
  }

  /** Once sent: those that changed meanwhile still wait. */
  oublier(lot) {
    for (const [adherent, , marque] of lot) {
      if (this.pointages.get(adherent)?.[1] === marque) this.pointages.delete(adherent);
    }
    this.#garder();
  }

  #garder() {
    try {
      if (this.taille) localStorage.setItem(this.cle, JSON.stringify(this.lot()));
      else localStorage.removeItem(this.cle);
    } catch {
      // Kept in memory at least.
    }
  }
}
