/** The arithmetic of a count, as `delegues/decompte.py` has it: the server checks it again. */

/**
 * What does not add up, one sentence each.
 * @param {{inscrits: number, presents: number, votants: number, blancs: number, nuls: number,
 *   noms: number, voix: number[]}} compte
 * @returns {string[]}
 */
export function ecarts({ inscrits, presents, votants, blancs, nuls, noms, voix }) {
  const exprimes = votants - blancs - nuls;
  const somme = voix.reduce((total, n) => total + n, 0);
  const haut = Math.max(0, ...voix);
  const phrases = [];
  if (votants > inscrits) phrases.push(`${votants} votant·es pour ${inscrits} inscrit·es.`);
  else if (votants > presents) {
    phrases.push(
      `${votants} votant·es pour ${presents} présent·es pointé·es : complétez la liste de présence avant de signer.`,
    );
  }
  if (exprimes < 0) {
    phrases.push(`${blancs} blancs et ${nuls} nuls font plus que les ${votants} votant·es : recomptez les bulletins.`);
  } else if (noms === 1) {
    if (somme !== exprimes) {
      phrases.push(`Les voix font ${somme} et les exprimés ${exprimes} : l'écart est de ${Math.abs(somme - exprimes)}.`);
    }
  } else {
    if (haut > exprimes) phrases.push(`Une candidature a ${haut} voix pour ${exprimes} exprimés : une par bulletin au plus.`);
    if (somme < exprimes) {
      phrases.push(`Les voix font ${somme} pour ${exprimes} exprimés : un bulletin sans nom est blanc.`);
    }
    if (somme > exprimes * noms) {
      phrases.push(`Les voix font ${somme} : ${exprimes} bulletins de ${noms} noms au plus en donnent ${exprimes * noms}.`);
    }
  }
  return phrases;
}
