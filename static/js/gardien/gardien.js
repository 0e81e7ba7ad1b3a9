/**
 * The trustee's room: the private key is made, checked and used on this device, and never leaves it.
 *
 * DOM (templates/consultation/_gardien.html)
 *   [data-gardien]            data-etat ("cle", "attente", "dechiffrement", "termine") data-nom data-scrutin (slug)
 *                             data-cle-url data-urnes-url; holds the csrfmiddlewaretoken input
 *   data-action               creer, deposer-cle, dechiffrer, suspendre
 *   [data-telechargement]     the link that saves cle-gardien-<slug>-<8 characters>.json
 *   [data-fichier-controle]   the same file shown again: only then can the public key be delivered
 *   [data-fichier-cle]        the key file (ours, or belenios-tool's .privkey) to decrypt with
 *   tbody[data-urnes]         one row per box
 *
 * Server (JSON, never a redirect; X-CSRFToken on POST; errors as {"code": "…", "message": "<sentence>"})
 *   POST data-cle-url         body: the protocol's trustee_public_key, exactly
 *                             {"pok":{"challenge":"…","response":"…"},"public_key":"…"}
 *                             201 {"empreinte": "<b64 SHA-256 of the public key's decimal>"}; 200 when it is the same
 *                             key again; 400 malforme (pok wrong), 401 session, 403 interdit, 409 cle_deposee
 *   GET data-urnes-url        never cached: {"cle_publique": "<decimal>", "jeton": "<fresh CSRF token>",
 *                             "urnes": [{"uuid", "nom", "empreinte" (of the election), "archive_url", "depot_url",
 *                             "livree": true|false}, …]}; 401 session, 403 interdit
 *   GET archive_url           the box's .bel, raw, from Setup to EncryptedTally at least (shares may follow)
 *   POST depot_url            body: the protocol's partial_decryption, exactly
 *                             {"decryption_factors":[["…"]],"decryption_proofs":[[{"challenge":"…","response":"…"}]]};
 *                             the server adds the `owned` record (owner = 1-based rank among the trustees).
 *                             201 or, when this trustee's share is already there, 200: {"livree": true};
 *                             400 malforme (a proof is wrong), 401 session, 403 interdit, 409 pas_clos, 413 trop_gros
 *
 * Boxes already delivered are skipped: after a lost network or a closed tab, show the key file again and go on.
 */
