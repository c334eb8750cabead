// Signing in by ProConnect in a browser, against a provider that holds to the standard. PROCONNECT_URL: a program that is
// configured with it (tools/browser-tests.sh starts both).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertAccessible } from "./lib/accessibility.mjs";
import { WIDTHS, launch, withPage } from "./lib/browser.mjs";
import { assertNoOverflow, shoot } from "./lib/look.mjs";

const house = process.env.PROCONNECT_URL;

describe("ProConnect", { skip: house ? false : "PROCONNECT_URL is not set" }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const [device, width] of Object.entries(WIDTHS)) {
    // A content policy may stop what leads to the provider and back: it stays on.
    const options = { width, csp: true };

    test(`a first sign-in, the next one, signing out at ${width}`, () =>
      withPage(browser, options, async (page) => {
        const email = `camille.${device}@exemple.fr`;
        await page.goto(`${house}/connexion?suite=/registre/trajets`);
        await look(page, "proconnect-connexion", "Se connecter");
        await enter(page, email);
        await look(page, "proconnect-confirmation", "Confirmez votre adresse");
        await page.getByLabel("Code reçu").fill("12345");
        await page.getByRole("button", { name: "Confirmer et entrer" }).click();
        await look(page, "proconnect-confirmation-fausse", "Confirmez votre adresse");
        await page.getByLabel("Code reçu").fill(await code(page, email));
        await page.getByRole("button", { name: "Confirmer et entrer" }).click();
        assert.equal(await heading(page), "Trajets");

        await signOut(page, width);
        await look(page, "proconnect-deconnecte", "Vous êtes déconnecté");

        await page.goto(`${house}/connexion?suite=/registre/trajets`);
        await enter(page, email);
        assert.equal(await heading(page), "Trajets", "known by now");
      }));

    test(`an unknown organisation, nobody known, a sign-in given up at ${width}`, () =>
      withPage(browser, options, async (page) => {
        await page.goto(`${house}/connexion`);
        await enter(page, "inconnue@exemple.fr");
        assert.match(await page.locator("main").innerText(), /90000000200016/);
        await look(page, "proconnect-organisation-inconnue", "Votre organisation n’est pas connue ici");

        await page.context().clearCookies();
        await page.goto(`${house}/connexion`);
        await enter(page, "personne@exemple.fr");
        await look(page, "proconnect-aucun-role", "Aucun rôle ne vous est attribué ici");

        await page.context().clearCookies();
        await page.goto(`${house}/connexion`);
        await page.getByRole("link", { name: /ProConnect/ }).click();
        await page.getByRole("button", { name: "Renoncer" }).click();
        await look(page, "proconnect-abandon", "Vous n’êtes pas connecté");
        const back = page.url();
        await page.goto(back);
        await look(page, "proconnect-trop-tard", "Cette connexion n’est plus valable");
        await page.getByRole("link", { name: "Recevoir un lien par courriel" }).click();
        assert.equal(await heading(page), "Se connecter");
      }));
  }

  test("two proofs at the provider are two proofs here, by keyboard", () =>
    withPage(browser, { csp: true }, async (page) => {
      await page.goto(`${house}/connexion?suite=/registre/journal`);
      await page.getByRole("link", { name: /ProConnect/ }).focus();
      await page.keyboard.press("Enter");
      await page.getByLabel("Adresse").fill("double@exemple.fr");
      await page.keyboard.press("Enter");
      await page.waitForURL(/retour/);
      await page.getByLabel("Code reçu").fill(await code(page, "double@exemple.fr"));
      await page.keyboard.press("Enter");
      await page.waitForURL(/journal/);
      assert.equal(await heading(page), "Journal");
    }));
});

async function enter(page, email) {
  await page.getByRole("link", { name: /Se connecter avec\s+ProConnect/ }).click();
  await page.getByLabel("Adresse").fill(email);
  await page.getByRole("button", { name: "Entrer" }).click();
  await page.waitForURL(`${house}/**`);
}

async function signOut(page, width) {
  if (width < 768) await page.getByText("Menu", { exact: true }).click();
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await page.getByRole("button", { name: "Terminer la session" }).click();
  await page.waitForURL(`${house}/**`);
}

/** The code of the last letter to an address, where a demonstration shows it. */
async function code(page, email) {
  const tab = await page.context().newPage();
  await tab.goto(`${house}/demonstration/messages`);
  const text = await tab.locator("main").innerText();
  await tab.close();
  assert.ok(text.includes(email), `a letter went to ${email}`);
  return text.split("restée ouverte : ")[1].slice(0, 6);
}

const heading = (page) => page.locator("h1:visible").innerText();

async function look(page, name, h1) {
  await page.waitForLoadState("networkidle");
  await shoot(page, name);
  assert.equal(await heading(page), h1);
  await assertNoOverflow(page);
  await assertAccessible(page);
}
