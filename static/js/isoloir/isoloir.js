/**
 * The voter's booth: one page, five steps, and nothing about the choice that leaves it unsealed.
 *
 * DOM (templates/consultation/_isoloir.html)
 *   form[data-isoloir]        data-election-url data-depot-url data-etat-url data-empreinte data-uuid
 *                             [data-apercu]; holds the csrfmiddlewaretoken input
 *   [data-verrou]             fieldset, disabled by the server so that nothing can be sent without this script
 *   [data-annonce]            role=status; [data-rechargee] the notice shown after a reload
 *   section[data-etape]       lire, choisir, relire, sceller, recu; its h2 takes the focus; li[data-pas] follows
 *   fieldset[data-question]   one per question, in the order of the election JSON: data-minimum data-maximum
 *                             [data-blanc]; [data-intitule], [data-texte] in the order of the answers (compared with
 *                             the election JSON before sealing), inputs whose value is the answer's index or "blanc"
 *   [data-code]               the voting code; also read once from #code=XXX-XXX-XXX-XXX-XXX, then wiped from the URL
 *   [data-suivi]              the tracker, shown before sending and again on the receipt
 *   [data-incident]           what went wrong, what it changes, what to do
 *
 * Server
 *   GET data-election-url     the election JSON, raw bytes, the same for everybody (no newline at the end), any
 *                             cacheable status 200; its fingerprint must equal data-empreinte
 *   POST data-depot-url       body: the exact bytes of the ballot, Content-Type application/json, X-CSRFToken.
 *                             Answers in JSON, never a redirect:
 *       201, or 200 when this very ballot is already there from this voter (idempotent: same receipt)
 *                             {"suivi": "<43 characters>", "hauteur": 12, "tete": "<hex of the chain's head>"}
 *       otherwise             {"code": "…", "message": "<sentence with the reason and the remedy, shown as it is>"}
 *           400 malforme, mauvaise_election     409 deja_vote, code_utilise, rejoue
 *           401 session                         410 pas_ouvert, clos, annule
 *           403 hors_liste, code_inconnu, csrf  413 trop_gros
 *           429 trop_vite (with Retry-After)    503 indisponible
 *       A 4xx or 503 with such a body means that nothing was written.  Any other answer (no answer, 5xx, HTML, a
 *       redirect) leaves the booth in doubt: it asks the next address before it says anything.
 *   GET data-etat-url?suivi=… public (no log-in), never cached:
 *                             {"present": true|false, "session": true|false, "jeton": "<fresh CSRF token>"}
 *                             and, when present, the receipt's "hauteur" and "tete".  Logging in again in another
 *                             tab rotates the CSRF token: the retry takes the fresh one from here.
 *
 * Nothing is stored, anywhere; the URL holds the step alone; nothing is written to the console.
 */
