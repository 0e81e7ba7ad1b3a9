// Runs one operation of the modules of a section's minutes: name in argv, arguments on stdin, answer on stdout, all JSON.
import { text } from "node:stream/consumers";

const BASE = new URL("../../static/js/delegues/", import.meta.url);

// The two things of a browser that these modules ask for.
const garde = new Map();
globalThis.localStorage = {
  getItem: (cle) => garde.get(cle) ?? null,
  setItem: (cle, valeur) => garde.set(cle, valeur),
  removeItem: (cle) => garde.delete(cle),
};

const OPERATIONS = {
  async ecarts({ comptes }) {
    const { ecarts } = await import(new URL("compte.js", BASE));
    return comptes.map(ecarts);
  },

  /** Each step is ["noter", member, present, clock], ["envoyer"], ["perdre"] (the page is closed and opened again). */
  async attente({ etapes }) {
    const { Attente } = await import(new URL("attente.js", BASE));
    let attente = new Attente("essai");
    const lots = [];
    let parti = [];
    for (const [geste, ...valeurs] of etapes) {
      if (geste === "noter") attente.noter(...valeurs);
      else if (geste === "partir") lots.push((parti = attente.lot()));
      else if (geste === "arriver") attente.oublier(parti);
      else attente = new Attente("essai");
    }
    return { lots, reste: attente.lot(), garde: garde.get("essai") ?? "" };
  },
};

const reponse = await OPERATIONS[process.argv[2]](JSON.parse(await text(process.stdin)));
process.stdout.write(JSON.stringify(reponse));
