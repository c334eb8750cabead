// axe on a page: RGAA rests on WCAG 2.1 AA; the best practices of axe are kept too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as readable lines: rule, impact, help, address of the rule, then each place. */
export async function violations(page) {
  await page.evaluate(source);
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  return found.map((rule) =>
    [
      `${rule.id} (${rule.impact}): ${rule.help}`,
      `  ${rule.helpUrl}`,
      ...rule.nodes.map((node) => `  at ${node.target.join(" > ")}\n     ${node.failureSummary?.split("\n").slice(1).join(" ").trim()}`),
    ].join("\n"),
  );
}

export async function assertAccessible(page) {
  const found = await violations(page);
  assert.ok(found.length === 0, `${found.length} accessibility rule(s) broken on ${page.url()}\n${found.join("\n")}`);
}
