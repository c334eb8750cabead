// Pages that only a form gives, walked by answers.test.mjs.
//   path, as   where the form is, and for whom
//   fill       what is typed or chosen, by the name of the field
//   press      the words on the button
//   status     of the answer
//   kept       false when what was typed becomes something else on the page: a table, its columns
//   name       of the picture
import { firstLink } from "./lib/links.mjs";

const registry = (role) => ({ service: "registry", role });
const territory = await firstLink(registry("registry.admin"), "/registre/territoires", "/registre/territoires/");

export const answers = [
  {
    path: `${territory}/perimetre`,
    as: registry("territory.admin"),
    fill: { kind: "commune", what: "Saint-Denis" },
    press: "Ajouter",
    status: 422,
    name: "reponse-perimetre-propositions",
  },
  {
    path: "/registre/territoires",
    as: registry("registry.admin"),
    fill: { kind: "region", what: "Pays", siret: "90000000900016", email: "mobilites@exemple.fr" },
    press: "Inscrire la collectivité",
    status: 422,
    name: "reponse-territoire-propositions",
  },
  {
    path: "/registre/donnees/personne",
    as: registry("registry.dpo"),
    fill: { value: "0600000000", proof: "Rappelée au numéro cherché" },
    check: "phone",
    press: "Rechercher",
    status: 200,
    name: "reponse-personne-inconnue",
  },
  {
    path: "/registre/exports",
    as: registry("operator.user"),
    fill: { from: "2026-11-02", to: "2026-11-01" },
    press: "Demander l’export",
    status: 422,
    name: "reponse-export-periode",
  },
  {
    path: "/incubateur/conventions/atelier-fictif/credits/importer/commandes",
    as: { service: "incubator", role: "incubator.finance" },
    fill: { text: "Objet;Nature;Montant TTC;Service;EJ;Date\nSondage des lecteurs;design;1 200,50;Carnet d’archives;;\nPeinture;peinture;10;Carnet d’archives;;" },
    press: "Lire le fichier",
    status: 200,
    name: "reponse-import-commandes",
  },
  {
    path: "/incubateur/conventions/atelier-fictif/credits/importer/chorus",
    as: { service: "incubator", role: "incubator.finance" },
    fill: { text: "Truc;Machin\n1;2" },
    press: "Lire le fichier",
    status: 422,
    kept: false,
    name: "reponse-import-chorus-colonnes",
  },
  {
    path: "/registre/rejoindre",
    as: null,
    fill: {},
    press: "Envoyer la demande",
    status: 422,
    name: "reponse-rejoindre-vide",
  },
];
