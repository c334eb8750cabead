// Pages walked by pages.test.mjs.
//   path    under BASE_URL
//   as      null, a role of demo.json, or {service, role}
//   h1      expected heading, when it matters
//   status  200 unless said otherwise
//   bytes   most bytes of a first load, when a map is on the page
//   name    of the picture, the path unless said otherwise
import { firstLink, letterLink } from "./lib/links.mjs";

const registry = (role) => ({ service: "registry", role });
const operatorAdmin = registry("operator.admin");
const operatorUser = registry("operator.user");
const territoryAdmin = registry("territory.admin");
const territoryUser = registry("territory.user");
const dataProtection = registry("registry.dpo");
const registryAdmin = registry("registry.admin");
const registryUser = registry("registry.user");
const incubator = (role) => ({ service: "incubator", role });
const incubatorHead = incubator("incubator.head");
const finance = incubator("incubator.finance");
const legal = incubator("incubator.legal");
const lead = incubator("product.lead");
const agreement = "/incubateur/conventions/atelier-fictif";

const year = "/registre/trajets?from=2025-01-01&to=2100-01-01";
const journey = await firstLink(operatorAdmin, year, "/registre/trajets/");
const refused = await firstLink(operatorAdmin, `${year}&status=terms_violation_error`, "/registre/trajets/");
const key = await firstLink(operatorAdmin, "/registre/cles", "/registre/cles/");
const operator = await firstLink(registryAdmin, "/registre/operateurs", "/registre/operateurs/");
const territory = await firstLink(registryAdmin, "/registre/territoires", "/registre/territoires/");
const breach = await firstLink(dataProtection, "/registre/violations", "/registre/violations/");
const candidate = { service: "registry", role: "operator.admin", organisation: "Navette du Lac" };
const accompanied = await firstLink(registryAdmin, "/registre/accompagnement", "/registre/accompagnement/");
const tried = await firstLink(candidate, "/registre/bac-a-sable/trajets", "/registre/bac-a-sable/trajets/");
const triedKey = await firstLink(candidate, "/registre/bac-a-sable/cles", "/registre/bac-a-sable/cles/");
const order = await firstLink(finance, `${agreement}/credits`, `${agreement}/commandes/(?=\\d)`);
const account = await firstLink(finance, `${agreement}/comptes`, `${agreement}/comptes/(?=\\d)`);
const noted = await firstLink(legal, `${agreement}/echeances`, `${agreement}/echeances/noter\\?[^"]*`);
const committees = (after) => firstLink(incubatorHead, `${agreement}/comites`, "/incubateur/comites/(?=\\d)", after);
const committeeAhead = await committees("À venir");
const committeeHeld = await committees("Déjà tenus");
const hypothesis = await firstLink(lead, committeeHeld, `${committeeHeld}/hypothese/`);
const condition = await firstLink(incubatorHead, committeeHeld, `${committeeHeld}/condition/`);
const team = "/incubateur/services/carnet-archives/equipe";
const objective = await firstLink(lead, team, `${team}/objectifs/(?=\\d)`);
const measured = await firstLink(lead, `${team}/indicateurs`, `${team}/indicateurs/(?=\\d)`);
const value = await firstLink(lead, measured, `${measured}/valeurs/`);
const member = (name) => firstLink(incubatorHead, `${team}/membres`, `${team}/membres/(?=\\d)`, name);
const intrapreneur = await member("Dans l’équipe");
const creditRequest = await firstLink(finance, `${agreement}/credits`, `${agreement}/credits/demande/`);
const jury = { ...incubator("call.jury"), organisation: "Jury de la deuxième édition" };
const deliberating = { ...incubator("call.jury"), organisation: "Jury des régions" };
const deliberated = "/incubateur/appels/intrapreneurs-regions";
const call = "/incubateur/appels/intrapreneurs-en-cours";
const published = "/incubateur/appels/intrapreneurs-premiere";
const applicationFile = await firstLink(incubatorHead, `${call}/suivi`, `${call}/candidatures/`);
const publishedFile = await firstLink(incubatorHead, `${published}/suivi`, `${published}/candidatures/`);
const laureate = await firstLink(incubatorHead, `${published}/suivi`, `${published}/laureats/`);
const toDeclare = await firstLink(jury, `${call}/jury`, `${call}/jury/\\d+/declarer`);
const toMark = await firstLink(jury, `${call}/jury`, `${call}/jury/\\d+(?=")`);
const markedFile = await firstLink(deliberating, `${deliberated}/jury`, `${deliberated}/jury/\\d+(?=")`);
const toDecide = await firstLink(incubatorHead, `${deliberated}/suivi`, `${deliberated}/candidatures/`);
const beingWritten = await letterLink("FAST, promotion d’hiver", "/incubateur/appels/candidatures/");
const answered = await letterLink("Appel à intrapreneurs, première édition", "/incubateur/appels/candidatures/");
const person = await firstLink(registryAdmin, "/registre/personnes", "/registre/personnes/");

export const pages = [
  { path: "/", as: null },
  { path: "/stats", as: null },
  { path: "/connexion", as: null },
  { path: "/mentions-legales", as: null },
  { path: "/confidentialite", as: null },
  { path: "/accessibilite", as: null },
  { path: "/aide", as: null },

  // The registry
  { path: "/registre", as: null, h1: "La preuve de covoiturage" },
  { path: "/registre", as: operatorAdmin },
  { path: "/registre", as: registryAdmin },
  { path: "/registre/api", as: null, h1: "Documentation de l’interface" },
  { path: "/registre/trajets", as: operatorUser, h1: "Trajets" },
  { path: "/registre/trajets", as: registryUser, h1: "Trajets" },
  { path: `${year}&page=2`, as: registryAdmin, name: "registre-trajets-page-2" },
  { path: "/registre/trajets?status=fraud_error", as: operatorAdmin, name: "registre-trajets-vide" },
  { path: "/registre/trajets?commune=Cahorss", as: operatorAdmin, status: 422, name: "registre-trajets-commune-inconnue" },
  { path: "/registre/trajets?commune=Saint-Denis", as: operatorAdmin, status: 422, name: "registre-trajets-commune-a-choisir" },
  { path: journey, as: operatorUser, name: "registre-trajet" },
  { path: refused, as: operatorAdmin, name: "registre-trajet-refuse" },
  { path: "/registre/trajets/999999999", as: operatorAdmin, status: 404, name: "registre-trajet-inconnu" },
  { path: "/registre/essai", as: operatorUser, h1: "Essayer un trajet" },
  { path: "/registre/cles", as: operatorAdmin, h1: "Clés d’accès" },
  { path: "/registre/cles", as: registryAdmin, h1: "Clés d’accès" },
  { path: `${key}`, as: operatorAdmin, name: "registre-cles-revoquer" },
  { path: "/registre/notifications", as: operatorAdmin, h1: "Notifications" },
  { path: "/registre/notifications", as: registryAdmin, h1: "Notifications" },
  { path: "/registre/personnes", as: operatorAdmin, h1: "Personnes" },
  { path: "/registre/personnes", as: registryAdmin, h1: "Personnes" },
  { path: person, as: registryAdmin, name: "registre-personnes-retirer" },
  { path: "/registre/personnes/revue", as: operatorAdmin, h1: "Revue des accès" },
  { path: "/registre/personnes/quitter", as: operatorUser, name: "registre-quitter" },
  { path: "/registre/personnes/quitter", as: territoryAdmin, name: "registre-quitter-dernier" },
  { path: "/registre/exports", as: operatorUser, h1: "Exports" },
  { path: "/registre/exports", as: territoryAdmin, h1: "Exports", name: "registre-exports-territoire" },
  { path: "/registre/exports", as: registryAdmin, h1: "Exports" },
  { path: "/registre/chiffres", as: operatorUser, h1: "Chiffres" },
  { path: "/registre/chiffres?periode=2020", as: registryUser, h1: "Chiffres", name: "registre-chiffres-vide" },
  { path: "/interrupteurs/registry", as: registryAdmin, h1: "Interrupteurs" },
  { path: "/registre/operateurs", as: registryUser, h1: "Opérateurs" },
  { path: "/registre/operateurs", as: registryAdmin, h1: "Opérateurs" },
  { path: operator, as: registryAdmin, name: "registre-operateur" },
  { path: `${operator}/suspendre`, as: registryAdmin, name: "registre-operateur-suspendre" },
  { path: "/registre", as: territoryAdmin, name: "registre-territoire-accueil" },
  { path: "/registre/territoires", as: registryAdmin, h1: "Territoires" },
  { path: territory, as: territoryUser, name: "registre-territoire", bytes: 1_000_000 },
  { path: `${territory}?periode=2020`, as: territoryAdmin, name: "registre-territoire-vide", bytes: 1_000_000 },
  { path: `${territory}/perimetre`, as: territoryAdmin, h1: "Périmètre", name: "registre-perimetre" },
  { path: "/registre/personnes", as: territoryAdmin, h1: "Personnes", name: "registre-personnes-territoire" },
  { path: "/registre/rejoindre", as: null, h1: "Rejoindre le registre" },
  { path: "/registre/rejoindre/inconnu/inconnu", as: null, h1: "Confirmer votre demande", name: "registre-rejoindre-confirmer" },
  { path: "/registre/conditions", as: null, h1: "Conditions d’utilisation" },
  { path: "/registre", as: candidate, name: "registre-candidat-accueil" },
  { path: "/registre/raccordement", as: candidate, h1: "Raccordement" },
  { path: "/registre/raccordement", as: operatorUser, h1: "Raccordement", name: "registre-raccordement-fini" },
  { path: "/registre/accompagnement", as: registryUser, h1: "Accompagnement" },
  { path: "/registre/accompagnement?etape=trajet", as: registryUser, name: "registre-accompagnement-vide" },
  { path: accompanied, as: registryAdmin, name: "registre-accompagnement-detail" },
  { path: "/registre/bac-a-sable", as: candidate, h1: "Bac à sable" },
  { path: "/registre/bac-a-sable/trajets", as: candidate, h1: "Trajets d’essai", name: "registre-bac-a-sable-trajets" },
  { path: tried, as: candidate, name: "registre-bac-a-sable-trajet" },
  { path: "/registre/bac-a-sable/cles", as: candidate, h1: "Clés du bac à sable" },
  { path: triedKey, as: candidate, name: "registre-bac-a-sable-cles-revoquer" },
  { path: "/registre/donnees", as: dataProtection, h1: "Données personnelles" },
  { path: "/registre/violations", as: dataProtection, h1: "Violations de données" },
  { path: breach, as: dataProtection, name: "registre-violation" },
  { path: "/registre/donnees/personne", as: dataProtection, h1: "Rechercher une personne" },
  { path: "/registre/bac-a-sable/donnees/personne", as: dataProtection, h1: "Rechercher une personne dans le bac à sable" },
  { path: "/registre/regles", as: operatorUser, h1: "Règles" },
  { path: "/registre/files", as: registryUser, h1: "Files de travail" },
  { path: "/registre/journal", as: registryAdmin, h1: "Journal" },
  { path: "/comptes/registry", as: dataProtection, h1: "Journal des comptes" },
  { path: "/registre", as: dataProtection, h1: "La preuve de covoiturage", name: "registre-protection" },
  { path: "/registre/journal", as: operatorAdmin, status: 403, name: "registre-journal-interdit" },

  // The incubator
  { path: "/incubateur", as: null, h1: "Les services numériques de l’incubateur" },
  { path: "/incubateur?phase=tous&q=licorne", as: null, name: "incubateur-vide" },
  { path: "/incubateur/services/carnet-archives", as: null, h1: "Carnet d’archives" },
  { path: "/incubateur/services/carnet-archives", as: lead, name: "incubateur-service-equipe" },
  { path: team, as: lead, name: "incubateur-equipe-objectifs" },
  { path: team, as: incubator("agreement.sponsor"), name: "incubateur-equipe-commanditaire" },
  { path: "/incubateur/services/registre-preuve-covoiturage/equipe", as: incubatorHead, name: "incubateur-equipe-registre" },
  { path: "/incubateur/services/inventaire-partage/equipe", as: incubatorHead, name: "incubateur-equipe-vide" },
  { path: `${team}/objectifs/nouveau`, as: lead, h1: "Ajouter un objectif" },
  { path: objective, as: lead, h1: "Faire le point", name: "incubateur-objectif" },
  { path: `${team}/indicateurs`, as: lead, name: "incubateur-equipe-indicateurs" },
  { path: "/incubateur/services/registre-preuve-covoiturage/equipe/indicateurs", as: incubatorHead, name: "incubateur-equipe-registre-indicateurs" },
  { path: `${team}/indicateurs/nouveau`, as: lead, h1: "Ajouter un indicateur" },
  { path: `${team}/indicateurs/adresse`, as: lead, h1: "La page de mesures du service" },
  { path: measured, as: lead, name: "incubateur-indicateur" },
  { path: `${measured}/changer`, as: lead, h1: "Changer l’indicateur", name: "incubateur-indicateur-changer" },
  { path: value, as: lead, h1: "Corriger une valeur", name: "incubateur-valeur-corriger" },
  { path: "/incubateur/mesures", as: incubator("incubator.portfolio"), h1: "Mesures d’impact" },
  { path: "/incubateur/mesures", as: lead, name: "incubateur-mesures-equipe" },
  { path: "/incubateur/services/nulle-part", as: null, status: 404, name: "incubateur-service-inconnu" },
  { path: "/incubateur/incubateurs", as: null, h1: "Incubateurs" },
  { path: "/incubateur/conventions", as: finance, h1: "Conventions" },
  { path: "/incubateur/conventions?q=licorne", as: legal, name: "incubateur-conventions-aucune" },
  { path: "/incubateur/conventions/nouvelle", as: legal, h1: "Inscrire une convention" },
  { path: "/incubateur/conventions/nouvelle/delegation", as: legal, h1: "Délégation de gestion" },
  { path: "/incubateur/conventions/nouvelle/partnership", as: legal, h1: "Convention de partenariat" },
  { path: "/incubateur/conventions/fichier", as: legal, h1: "Inscrire depuis un fichier" },
  { path: agreement, as: finance, name: "incubateur-convention" },
  { path: "/incubateur/conventions/lotocar", as: incubatorHead, name: "incubateur-convention-terminee" },
  { path: `${agreement}/texte`, as: lead, name: "incubateur-convention-texte" },
  { path: "/incubateur/conventions/friches/coordonnees-bancaires", as: finance, h1: "Coordonnées bancaires" },
  { path: `${agreement}/echeances`, as: legal, name: "incubateur-convention-echeances" },
  { path: noted, as: legal, h1: "Noter une échéance faite", name: "incubateur-echeance-noter" },
  { path: `${agreement}/credits`, as: finance, name: "incubateur-convention-credits" },
  { path: `${agreement}/credits/importer/commandes`, as: finance, h1: "Reprendre un tableau de commandes", name: "incubateur-commandes-importer" },
  { path: `${agreement}/credits/importer/chorus`, as: finance, h1: "Rapprocher un extrait de Chorus", name: "incubateur-chorus-importer" },
  { path: `${agreement}/credits/demande`, as: finance, h1: "Demander une mise à disposition", name: "incubateur-credits-demander" },
  { path: creditRequest, as: finance, h1: "La réponse à une demande de crédits", name: "incubateur-credits-reponse" },
  { path: "/incubateur/conventions/atelier-numerique/credits/report/2021", as: finance, h1: "Reporter des crédits de 2021", name: "incubateur-credits-report" },
  { path: `${agreement}/comptes`, as: finance, name: "incubateur-convention-comptes" },
  { path: `${agreement}/comptes`, as: incubator("agreement.sponsor"), name: "incubateur-convention-comptes-commanditaire" },
  { path: `${agreement}/comptes/final`, as: finance, h1: "Compte rendu final", name: "incubateur-convention-compte-final" },
  { path: account, as: finance, name: "incubateur-convention-compte" },
  { path: account, as: incubator("agreement.sponsor"), name: "incubateur-convention-compte-commanditaire" },
  { path: `${agreement}/credits`, as: incubator("agreement.sponsor"), name: "incubateur-convention-credits-commanditaire" },
  { path: `${agreement}/commandes/nouvelle`, as: lead, h1: "Prévoir une commande", name: "incubateur-commande-nouvelle" },
  { path: order, as: lead, name: "incubateur-commande" },
  { path: `${order}/certify`, as: lead, h1: "Certifier le service fait", name: "incubateur-commande-certifier" },
  { path: "/incubateur/conventions/inventaire-fictif", as: legal, name: "incubateur-convention-en-preparation" },
  { path: "/incubateur/conventions/inventaire-fictif/vie", as: legal, name: "incubateur-convention-en-preparation-vie" },
  { path: "/incubateur/conventions/inventaire-fictif/vie/avis", as: legal, name: "incubateur-avis" },
  { path: "/incubateur/conventions/inventaire-fictif/vie/signature", as: legal, name: "incubateur-signature" },
  { path: `${agreement}/publication`, as: legal, name: "incubateur-convention-publication" },
  { path: "/incubateur/conventions/friches/publication", as: lead, status: 404, name: "incubateur-publication-d-une-autre" },
  { path: "/incubateur/conventions/friches/publication", as: legal, name: "incubateur-publication-a-faire" },
  { path: `${agreement}/publication/apercu`, as: legal, h1: "Le texte qui sera publié", name: "incubateur-publication-apercu" },
  { path: `${agreement}/publication/envoyer`, as: legal, h1: "Envoyer à data.gouv.fr", name: "incubateur-publication-envoyer" },
  { path: "/incubateur/conventions-publiees", as: null, h1: "Conventions publiées" },
  { path: "/incubateur/conventions-publiees/atelier-fictif", as: null, name: "incubateur-convention-publiee" },
  { path: `${agreement}/vie`, as: legal, name: "incubateur-convention-vie" },
  { path: `${agreement}/vie/avenant`, as: legal, name: "incubateur-avenant" },
  { path: `${agreement}/vie/preavis`, as: legal, name: "incubateur-preavis" },
  { path: `${agreement}/vie/copie`, as: legal, name: "incubateur-copie" },
  { path: `${team}/membres`, as: lead, name: "incubateur-equipe-membres" },
  { path: "/incubateur/services/inventaire-partage/equipe/membres", as: incubatorHead, name: "incubateur-equipe-membres-aucun" },
  { path: `${team}/membres/nouveau`, as: lead, h1: "Ajouter une personne", name: "incubateur-membre-nouveau" },
  { path: intrapreneur, as: incubatorHead, name: "incubateur-membre" },
  { path: `${intrapreneur}/changer`, as: lead, h1: "Changer une fiche", name: "incubateur-membre-changer" },
  { path: `${intrapreneur}/lettre`, as: incubatorHead, h1: "Lettre de mission", name: "incubateur-membre-lettre" },
  { path: `${intrapreneur}/criteres`, as: incubatorHead, h1: "Vérifier les sept critères", name: "incubateur-membre-criteres" },
  { path: `${intrapreneur}/declaration`, as: lead, h1: "Déclaration d’intérêts", name: "incubateur-membre-declaration" },
  { path: `${team}/conformite`, as: lead, name: "incubateur-conformite" },
  { path: `${team}/conformite/domaine/software`, as: lead, h1: "Qualité du logiciel", name: "incubateur-conformite-domaine" },
  { path: `${team}/conformite/critere/security-approved`, as: lead, name: "incubateur-conformite-critere" },
  { path: `${team}/conformite/profil`, as: lead, h1: "Ce qu’est le service", name: "incubateur-conformite-profil" },
  { path: "/incubateur/comites", as: incubatorHead, h1: "Comités" },
  { path: `${agreement}/comites`, as: lead, name: "incubateur-convention-comites" },
  { path: `${agreement}/comites/nouveau`, as: lead, h1: "Prévoir un comité", name: "incubateur-comite-nouveau" },
  { path: "/incubateur/services/carnet-archives/comites/nouveau", as: lead, h1: "Prévoir un comité", name: "incubateur-comite-sans-convention" },
  { path: committeeHeld, as: incubatorHead, name: "incubateur-comite-tenu" },
  { path: committeeAhead, as: lead, name: "incubateur-comite-a-venir" },
  { path: `${committeeAhead}/preparer`, as: lead, h1: "Préparer le comité", name: "incubateur-comite-preparer" },
  { path: `${committeeAhead}/tenu`, as: lead, h1: "Le comité a été tenu", name: "incubateur-comite-noter" },
  { path: `${committeeAhead}/annuler`, as: lead, h1: "Annuler le comité", name: "incubateur-comite-annuler" },
  { path: `${committeeAhead}/personnes`, as: lead, h1: "Ajouter une personne", name: "incubateur-comite-personne" },
  { path: `${committeeAhead}/avis/carnet-archives`, as: incubator("agreement.sponsor"), h1: "Donner un avis", name: "incubateur-comite-avis" },
  { path: `${committeeHeld}/decision/carnet-archives`, as: incubatorHead, h1: "Inscrire la décision", name: "incubateur-comite-decision" },
  { path: hypothesis, as: lead, h1: "Conclure sur l’hypothèse", name: "incubateur-hypothese" },
  { path: condition, as: incubatorHead, h1: "Vérifier la condition", name: "incubateur-condition" },
  { path: "/incubateur/appels", as: null, h1: "Appels" },
  { path: "/incubateur/appels", as: incubatorHead, name: "incubateur-appels-organisation" },
  { path: "/incubateur/appels", as: jury, name: "incubateur-appels-jury" },
  { path: "/incubateur/appels/fast-hiver", as: null, name: "incubateur-appel-ouvert" },
  { path: published, as: null, name: "incubateur-appel-resultats" },
  { path: call, as: null, name: "incubateur-appel-auditions" },
  { path: "/incubateur/appels/fast-hiver/candidater", as: null, h1: "Candidater", name: "incubateur-appel-candidater" },
  { path: `${call}/candidater`, as: null, status: 409, name: "incubateur-appel-clos" },
  { path: "/incubateur/appels/candidatures/inconnu", as: null, status: 410, name: "incubateur-candidature-inconnue" },
  { path: beingWritten, as: null, h1: "Votre candidature", name: "incubateur-candidature" },
  { path: `${beingWritten}/coordonnees`, as: null, h1: "Vous et votre projet", name: "incubateur-candidature-coordonnees" },
  { path: `${beingWritten}/recevabilite`, as: null, h1: "Pouvez-vous candidater ?", name: "incubateur-candidature-recevabilite" },
  { path: `${beingWritten}/question/1`, as: null, name: "incubateur-candidature-question" },
  { path: `${beingWritten}/envoyer`, as: null, h1: "Relire et envoyer", name: "incubateur-candidature-envoyer" },
  { path: `${beingWritten}/retirer`, as: null, h1: "Retirer votre candidature", name: "incubateur-candidature-retirer" },
  { path: `${beingWritten}/effacer`, as: null, h1: "Effacer votre dossier", name: "incubateur-candidature-effacer" },
  { path: answered, as: null, h1: "Votre candidature", name: "incubateur-candidature-resultat" },
  { path: "/incubateur/appels/organiser", as: incubatorHead, h1: "Organiser les appels" },
  { path: "/incubateur/appels/nouveau", as: incubatorHead, h1: "Préparer un appel" },
  { path: "/incubateur/appels/nouveau/fast", as: incubatorHead, h1: "Préparer un appel", name: "incubateur-appel-nouveau" },
  { path: "/incubateur/appels/consolidation/suivi", as: incubatorHead, name: "incubateur-appel-suivi-brouillon" },
  { path: "/incubateur/appels/consolidation/suivi/presentation", as: incubatorHead, h1: "Présentation et calendrier", name: "incubateur-appel-presentation" },
  { path: "/incubateur/appels/consolidation/suivi/formulaire/criteres", as: incubatorHead, h1: "Les critères", name: "incubateur-appel-criteres" },
  { path: "/incubateur/appels/consolidation/suivi/formulaire/recevabilite", as: incubatorHead, h1: "La recevabilité", name: "incubateur-appel-recevabilite" },
  { path: "/incubateur/appels/consolidation/suivi/formulaire/questions", as: incubatorHead, h1: "Les questions du formulaire", name: "incubateur-appel-questions" },
  { path: `${call}/suivi`, as: incubatorHead, name: "incubateur-appel-suivi" },
  { path: `${published}/suivi`, as: incubator("incubator.portfolio"), name: "incubateur-appel-suivi-publie" },
  { path: `${call}/suivi/jury`, as: incubatorHead, h1: "Le jury", name: "incubateur-appel-jury-membres" },
  { path: applicationFile, as: incubatorHead, name: "incubateur-appel-dossier" },
  { path: publishedFile, as: incubatorHead, name: "incubateur-appel-dossier-note" },
  { path: `${published}/suivi/classement`, as: incubatorHead, name: "incubateur-appel-classement" },
  { path: laureate, as: incubatorHead, h1: "Accueillir le lauréat", name: "incubateur-appel-laureat" },
  { path: `${call}/jury`, as: jury, h1: "Le jury", name: "incubateur-jury" },
  { path: toDeclare, as: jury, h1: "Déclarer vos liens", name: "incubateur-jury-declarer" },
  { path: toMark, as: jury, name: "incubateur-jury-noter" },
  { path: `${deliberated}/suivi`, as: incubatorHead, name: "incubateur-appel-suivi-deliberation" },
  { path: `${toDecide}/decider`, as: incubatorHead, h1: "Inscrire la décision du jury", name: "incubateur-appel-decider" },
  { path: `${deliberated}/suivi/classement`, as: incubatorHead, name: "incubateur-appel-classement-deliberation" },
  { path: `${deliberated}/suivi/proces-verbal`, as: incubatorHead, h1: "Le procès-verbal", name: "incubateur-appel-proces-verbal" },
  { path: `${deliberated}/jury`, as: deliberating, h1: "Le jury", name: "incubateur-jury-deliberation" },
  { path: markedFile, as: deliberating, name: "incubateur-jury-dossier-note" },
  { path: `${deliberated}/jury/classement`, as: deliberating, h1: "Notes et classement" },
  { path: `${deliberated}/jury/proces-verbal`, as: deliberating, h1: "Le procès-verbal" },
  { path: `${call}/jury/classement`, as: jury, status: 409, name: "incubateur-jury-notes-secretes" },
  { path: "/incubateur/conventions/nouvelle/fast-delegation", as: legal, name: "incubateur-convention-laureat" },
  { path: "/incubateur/echeances", as: lead, h1: "Échéances" },
  { path: "/comptes/incubator", as: incubatorHead, h1: "Journal des comptes", name: "incubateur-comptes" },
  { path: "/interrupteurs/incubator", as: incubatorHead, h1: "Interrupteurs", name: "incubateur-interrupteurs" },
];
