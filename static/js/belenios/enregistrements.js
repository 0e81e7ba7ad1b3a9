/**
 * The container of an archive: 512-byte headers and padded bodies, read one after the other from a stream.
 */

import { enHex, octetsDe, sha256 } from "./empreinte.js";
import { ErreurBelenios, exiger } from "./erreurs.js";

const BLOC = 512;
const TAILLE_MAX = 256 * 1024 * 1024; // 200,000 public credentials make 124 MB
const NOM = /^([0-9a-f]{64})\.(data|event)\.json$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes of a stream, by exact counts. */
class Lecteur {
  constructor(flux) {
    this.source = flux.getReader();
    this.reste = new Uint8Array(0);
    this.octets = 0;
  }

  /** The next `n` bytes; null at the very end; ErreurBelenios("tronquee") in between. */
  async lire(n) {
    const lot = new Uint8Array(n);
    let rempli = 0;
    while (rempli < n) {
      if (!this.reste.length) {
        const { value, done } = await this.source.read().catch(() => {
          throw new ErreurBelenios("reseau", "La lecture de l'archive a été interrompue.");
        });
        if (done) {
          if (rempli === 0) return null;
          throw new ErreurBelenios("tronquee", "L'archive s'arrête au milieu d'un enregistrement.");
        }
        this.reste = value;
        continue;
      }
      const pris = this.reste.subarray(0, n - rempli);
      lot.set(pris, rempli);
      rempli += pris.length;
      this.reste = this.reste.subarray(pris.length);
    }
    this.octets += n;
    return lot;
  }

  async fermer() {
    await this.source.cancel().catch(() => {});
  }
}

/** The only header that a record of this name, size and time may have (v7 tar, mode 644). */
function entete(nom, taille, instant) {
  const bloc = new Uint8Array(BLOC);
  const poser = (texte, position) => bloc.set(octetsDe(texte), position);
  const octal = (n) => n.toString(8).padStart(11, "0");
  poser(nom, 0);
  poser("0000644", 100);
  poser("0000000", 108);
  poser("0000000", 116);
  poser(octal(taille), 124);
  poser(octal(instant), 136);
  poser("        ", 148);
  poser("0", 156);
  const controle = bloc.reduce((somme, o) => somme + o, 0);
  poser(`${controle.toString(8).padStart(6, "0")}\0 `, 148);
  return bloc;
}

function texteDe(bloc, debut, longueur) {
  const fin = bloc.indexOf(0, debut);
  return String.fromCharCode(...bloc.subarray(debut, fin < 0 || fin > debut + longueur ? debut + longueur : fin));
}

function instantDe(corps) {
  const lu = /^\{"version":1,"timestamp":"(0|[1-9][0-9]{0,9})"\}$/.exec(corps);
  exiger(lu !== null, "entete", "L'en-tête de l'archive n'est pas celui de ce protocole.");
  return Number(lu[1]);
}

/**
 * Yield the records of a `.bel` archive: {empreinte: hex, evenement: bool, octets: Uint8Array, texte: string, position}.
 *
 * @param {ReadableStream<Uint8Array>} flux
 * Each body is hashed and compared with its name, each header and padding with the only possible one.
 * Throws ErreurBelenios "reseau" (the stream failed), "tronquee", "entete", "conteneur", "empreinte" or "trop_gros".
 */
export async function* enregistrements(flux) {
  const lecteur = new Lecteur(flux);
  try {
    let instant = null;
    for (;;) {
      const bloc = await lecteur.lire(BLOC);
      if (bloc === null) break;
      const nom = texteDe(bloc, 0, 100);
      const taille = Number.parseInt(texteDe(bloc, 124, 11), 8);
      const attendu = instant === null ? nom === "BELENIOS" : NOM.test(nom);
      exiger(attendu && Number.isInteger(taille), "conteneur", "Ce fichier n'est pas une archive de scrutin.");
      exiger(taille <= TAILLE_MAX, "trop_gros", "Un enregistrement de l'archive est trop gros pour cette page.");
      const corps = await lecteur.lire(Math.ceil(taille / BLOC) * BLOC);
      exiger(corps !== null || taille === 0, "tronquee", "L'archive s'arrête au milieu d'un enregistrement.");
      const octets = corps.subarray(0, taille);
      let texte = "";
      try {
        texte = UTF8.decode(octets);
      } catch {
        exiger(false, "conteneur", "Un enregistrement de l'archive n'est pas du texte.");
      }
      const premier = instant === null;
      if (premier) instant = instantDe(texte);
      const juste = entete(nom, taille, instant);
      const conforme = bloc.every((o, i) => o === juste[i]) && corps.subarray(taille).every((o) => o === 0);
      exiger(conforme, "conteneur", "Un enregistrement de l'archive n'a pas la forme attendue.");
      if (premier) continue;
      const [, empreinte, genre] = NOM.exec(nom);
      exiger(
        enHex(await sha256(octets)) === empreinte,
        "empreinte",
        "Un enregistrement de l'archive a été modifié : son empreinte ne correspond pas.",
      );
      yield { empreinte, evenement: genre === "event", octets, texte, position: lecteur.octets };
    }
    exiger(instant !== null, "entete", "L'archive est vide.");
  } finally {
    await lecteur.fermer();
  }
}
