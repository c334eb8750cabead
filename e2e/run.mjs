// Runs the browser tests against a program already started.
//   BASE_URL=http://127.0.0.1:8080 DEMO_JSON=../data/demo.json node run.mjs [files or node --test options]
// CHROMIUM names another browser than /usr/bin/chromium. Nothing is started here but the browser.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";

try {
  await fetch(base, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
} catch (error) {
  console.error(`Nothing answers at ${base} (${error.cause?.code ?? error.message}). Start the program, or set BASE_URL.`);
  process.exit(2);
}

const given = process.argv.slice(2);
const options = given.filter((word) => word.startsWith("--"));
const named = given.filter((word) => !word.startsWith("--"));
const files = named.length > 0 ? named : readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort();

// One file at a time: each holds a browser, and the machine that builds has two cores.
const child = spawn(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...options, ...files], {
  cwd: here,
  stdio: "inherit",
  env: { ...process.env, BASE_URL: base },
});
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
