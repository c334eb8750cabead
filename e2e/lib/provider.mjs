// A provider of identities that holds to the standard (npm oidc-provider), on loopback: PKCE compulsory, userinfo signed.
//   ISSUER, HOUSE: addresses of the provider and of the program
// Whoever signs in is the address they type; its beginning says which organisation they come from.
import Provider from "oidc-provider";

const issuer = process.env.ISSUER;
const house = process.env.HOUSE;

/** inconnue…@ comes from an organisation that the house does not know. */
function claims(email) {
  return {
    sub: `sujet ${email}`,
    email,
    given_name: "Camille",
    usual_name: "Martin",
    uid: email,
    siret: email.startsWith("inconnue") ? "90000000200016" : "90000000100018",
    idp_id: "annuaire-d-essai",
  };
}

const scopes = ["given_name", "usual_name", "email", "uid", "siret", "idp_id"];

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "pepiniere",
      client_secret: "secret-d-essai",
      redirect_uris: [`${house}/connexion/proconnect/retour`],
      post_logout_redirect_uris: [`${house}/deconnexion/proconnect`],
      response_types: ["code"],
      grant_types: ["authorization_code"],
      userinfo_signed_response_alg: "RS256",
      id_token_signed_response_alg: "RS256",
    },
  ],
  scopes: ["openid", ...scopes],
  claims: { openid: ["sub"], acr: null, amr: null, ...Object.fromEntries(scopes.map((scope) => [scope, [scope]])) },
  acrValues: ["eidas1"],
  pkce: { required: () => true },
  features: {
    claimsParameter: { enabled: true },
    jwtUserinfo: { enabled: true },
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = sheet(`${form}<button form="op.logoutForm" type="submit" name="logout" value="yes">Terminer la session</button>`);
      },
    },
  },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => claims(id.replace(/^sujet /, "")) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["essai"] },
});

const sheet = (body) => `<!doctype html><html lang="fr"><title>Fournisseur d’essai</title><h1>Fournisseur d’essai</h1>${body}</html>`;

provider.use(async (ctx, next) => {
  const uid = ctx.path.match(/^\/interaction\/([^/]+)$/)?.[1];
  if (!uid) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === "login" && ctx.method === "GET") {
    ctx.body = sheet(
      `<form method="post"><label>Adresse <input name="email"></label><button name="what" value="in">Entrer</button><button name="what" value="no">Renoncer</button></form>`,
    );
    return;
  }
  if (prompt.name === "login") {
    let text = "";
    for await (const piece of ctx.req) text += piece;
    const form = new URLSearchParams(text);
    const result =
      form.get("what") === "no"
        ? { error: "access_denied" }
        : { login: { accountId: `sujet ${form.get("email")}`, acr: "eidas1", amr: form.get("email").startsWith("double") ? ["pwd", "mfa"] : ["pwd"] } };
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
    return;
  }
  // Nobody is asked what may be told: whoever signs in to an administration's service has no choice.
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(["openid", ...scopes].join(" "));
  grant.addOIDCClaims(prompt.details.missingOIDCClaims ?? []);
  await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
});

provider.on("server_error", (_ctx, error) => console.error(error));
provider.on("authorization.error", (_ctx, error) => console.error(error.message, error.error_description));
provider.on("grant.error", (_ctx, error) => console.error(error.message, error.error_description));
provider.listen(Number(new URL(issuer).port), "127.0.0.1", () => console.log("ready"));
