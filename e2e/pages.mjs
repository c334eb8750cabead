// Pages walked by pages.test.mjs.
//   path    under BASE_URL
//   as      null, a role of demo.json, or {service, role}
//   h1      expected heading, when it matters
//   status  200 unless said otherwise
//   bytes   most bytes of a first load, when a map is on the page
//   name    of the picture, the path unless said otherwise
export const pages = [
  { path: "/", as: null },
  { path: "/stats", as: null },
  { path: "/connexion", as: null },
  { path: "/mentions-legales", as: null },
  { path: "/confidentialite", as: null },
  { path: "/accessibilite", as: null },
  { path: "/aide", as: null },
];
