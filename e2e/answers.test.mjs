// What a form answers when something is to be corrected or chosen: as accessible as the page it came from.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answers } from "./answers.mjs";
import { assertAccessible } from "./lib/accessibility.mjs";
import { WIDTHS, address, launch, withPage } from "./lib/browser.mjs";
import { assertNoOverflow, shoot } from "./lib/look.mjs";

describe("every answer of a form", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const entry of answers) {
    for (const width of Object.values(WIDTHS)) {
      test(`${entry.name} at ${width}`, () =>
        withPage(browser, { width, as: entry.as }, async (page) => {
          await page.goto(address(entry.path), { waitUntil: "networkidle" });
          await fill(page, entry);
          const [answer] = await Promise.all([
            page.waitForResponse((response) => response.request().method() === "POST"),
            page.getByRole("button", { name: entry.press, exact: true }).first().click(),
          ]);
          await page.waitForLoadState("networkidle");
          await shoot(page, entry.name);
          assert.equal(answer.status(), entry.status);
          assert.equal(await page.locator("h1:visible").count(), 1, "one visible h1");
          await assertNoOverflow(page);
          await assertAccessible(page);
          if (entry.status === 422 && entry.kept !== false) {
            for (const [name, value] of Object.entries(entry.fill)) {
              assert.equal(await page.locator(`main [name="${name}"]:not([type=hidden])`).first().inputValue(), value, `what was typed in ${name} is kept`);
            }
          }
        }));
    }
  }
});

async function fill(page, entry) {
  if (entry.check) await page.locator(`main [value="${entry.check}"]`).first().check();
  for (const [name, value] of Object.entries(entry.fill)) {
    const field = page.locator(`main [name="${name}"]:not([type=hidden])`).first();
    if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
}
