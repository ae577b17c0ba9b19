// Builds ../build from src: app.css, app.js, one script for each page entry, and the icon sprite.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const place = join(root, "build");
const watch = process.argv.includes("--watch");
// Made beside and put in place at the end, so that a running server never misses a file.
const out = watch ? place : `${place}.new`;
const source = join(here, "src");

const shared = {
  bundle: true,
  minify: !watch,
  target: ["chrome92"],
  legalComments: "none",
  logLevel: "warning",
  outdir: out,
};

/** Scripts that share code through chunks, and the style sheet. */
function appOptions() {
  const pages = join(source, "js/pages");
  const names = existsSync(pages) ? readdirSync(pages).filter((name) => name.endsWith(".js")) : [];
  const entries = { app: join(source, "js/app.js") };
  for (const name of names) entries[name.slice(0, -3)] = join(pages, name);
  return [
    { ...shared, entryPoints: entries, format: "esm", splitting: true, chunkNames: "chunk-[hash]" },
    { ...shared, entryPoints: { app: join(source, "css/app.css") }, external: ["data:*"] },
  ];
}

/** The public check page stands alone: one file that anybody can save and read. */
function verifyOptions() {
  const entry = ["verify-page.js", "vdraw.js"].map((name) => join(source, "verify", name)).find(existsSync);
  return entry ? [{ ...shared, entryPoints: { "verify-page": entry }, format: "esm", minify: false }] : [];
}

/** One <symbol> for each icon named in icons.json. */
function writeSprite() {
  const folder = join(root, "node_modules/@tabler/icons/icons/outline");
  const symbols = JSON.parse(readFileSync(join(here, "icons.json"), "utf8")).map((name) => {
    const body = readFileSync(join(folder, `${name}.svg`), "utf8")
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace(/<\/svg>[\s\S]*$/, "")
      .replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  });
  writeFileSync(
    join(out, "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
  );
}

const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d5fd6"/><path d="M9 9h14v11H9zM12 13h8M12 16h4" fill="none" stroke="#fff" stroke-width="2"/><circle cx="20" cy="20" r="3.5" fill="#1d5fd6" stroke="#fff" stroke-width="2"/></svg>';

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
writeSprite();
writeFileSync(join(out, "favicon.svg"), favicon);
const jobs = [...appOptions(), ...verifyOptions()];
if (watch) {
  for (const job of jobs) await (await esbuild.context(job)).watch();
} else {
  await Promise.all(jobs.map((job) => esbuild.build(job)));
  rmSync(place, { recursive: true, force: true });
  renameSync(out, place);
}
