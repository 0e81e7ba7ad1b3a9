// Runs one operation of the protocol's modules: name in argv, arguments as JSON on stdin, answer as JSON on stdout.
import { createReadStream } from "node:fs";
import { webcrypto } from "node:crypto";
import { text } from "node:stream/consumers";
import { Readable } from "node:stream";

globalThis.crypto ??= webcrypto; // node 18

const BASE = new URL("../../static/js/belenios/", import.meta.url);
const module = (nom) => import(new URL(nom, BASE));

const OPERATIONS = {
  async groupe() {
    const { P, Q, G, NOM, estElement, puissance, tableG, hasard } = await module("groupe.js");
    const x = hasard();
    return {
      nom: NOM,
      p: String(P),
      q: String(Q),
      g: String(G),
      g_est_element: estElement(G),
      p_moins_1_est_element: estElement(P - 1n),
      table_juste: tableG().puissance(x) === puissance(G, x) && tableG().puissance(0n) === 1n,
      extremes: puissance(G, Q) === 1n && tableG().puissance(Q - 1n) * G % P === 1n,
    };
  },

  async credentiels({ codes, uuid }) {
    const { exposant, publique } = await module("identifiant.js");
    return Promise.all(codes.map(async (code) => String(publique(await exposant(code, uuid)))));
  },

  async examiner({ saisies }) {
    const { examiner } = await module("identifiant.js");
    return saisies.map(examiner);
  },

  async chiffrer({ election, votes }) {
    const { lireElection } = await module("election.js");
    const { chiffrer } = await module("bulletin.js");
    const lue = await lireElection(new TextEncoder().encode(election));
    const bulletins = [];
    for (const { code, choix } of votes) {
      const pas = [];
      const debut = performance.now();
      const scelle = await chiffrer(lue, code, choix, (fait, total) => pas.push([fait, total]));
      bulletins.push({ ...scelle, pas, millisecondes: performance.now() - debut });
    }
    return { empreinte: lue.empreinte, bulletins };
  },

  async creerCle({ scrutin, gardien }) {
    const { creerCle, clePublique, clePubliqueValide, fichierDeCle, empreinteDeCle } = await module("gardien.js");
    const cle = creerCle();
    const publique = await clePublique(cle);
    return {
      publique: JSON.stringify(publique),
      valide: await clePubliqueValide(publique),
      fichier: fichierDeCle(cle, { scrutin, gardien }),
      empreinte: await empreinteDeCle(cle.X),
    };
  },

  async clesValides({ cles }) {
    const { clePubliqueValide } = await module("gardien.js");
    return Promise.all(cles.map(clePubliqueValide));
  },

  async lireFichier({ texte }) {
    const { lireFichierDeCle } = await module("gardien.js");
    const { x, X } = lireFichierDeCle(texte);
    return { x: String(x), X: String(X) };
  },

  async dechiffrer({ archive, fichier }) {
    const { lireArchive } = await module("archive.js");
    const { dechiffrer, lireFichierDeCle } = await module("gardien.js");
    const { total, election } = await lireArchive(Readable.toWeb(createReadStream(archive)));
    return { part: await dechiffrer(lireFichierDeCle(fichier), total, election.empreinte) };
  },

  async dechiffrerCellule({ alpha, beta, fichier }) {
    const { dechiffrer, lireFichierDeCle } = await module("gardien.js");
    const total = [[{ alpha: BigInt(alpha), beta: BigInt(beta) }]];
    return { part: await dechiffrer(lireFichierDeCle(fichier), total, "x") };
  },

  async lireArchive({ archive, paquet }) {
    const { lireArchive } = await module("archive.js");
    const avances = [];
    const flux = Readable.toWeb(createReadStream(archive, { highWaterMark: paquet ?? 65536 }));
    const lue = await lireArchive(flux, (avance) => avances.push(avance));
    return {
      etat: lue.etat,
      uuid: lue.election.uuid,
      empreinte: lue.election.empreinte,
      gardiens: lue.gardiens.map(String),
      inscrits: lue.inscrits,
      bulletins: lue.bulletins,
      comptes: lue.comptes,
      parts: lue.parts,
      hauteur: lue.hauteur,
      tete: lue.tete,
      total: lue.total?.map((q) => q.length) ?? null,
      derniere_avance: avances.at(-1),
    };
  },
};

const demande = JSON.parse(await text(process.stdin));
let reponse;
try {
  reponse = await OPERATIONS[process.argv[2]](demande);
} catch (defaut) {
  if (defaut.name !== "ErreurBelenios") throw defaut;
  reponse = { erreur: defaut.code, message: defaut.message };
}
process.stdout.write(JSON.stringify(reponse));
