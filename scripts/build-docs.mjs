// Makes the site at /docs from README.md, what it links to, and so on: one HTML page for each, without scripts.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { build } from "esbuild";
import { Marked } from "marked";

const START = "README.md";
const CONTENTS = "docs/README.md";

/** Writes the site into `folder`. A link to a file that is not there stays a link to a page that is not there. */
export async function buildDocs(folder) {
  const style = await buildStyle(folder);
  const contents = render(CONTENTS, { heading: inContents });
  const seen = new Set([CONTENTS]);
  const waiting = [START, ...contents.targets];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const isImage = path.endsWith(".png");
    const file = join(folder, isImage ? path.replace(/^docs\//, "") : `${addressOf(path).slice(6) || "index"}.html`);
    mkdirSync(dirname(file), { recursive: true });
    const page = isImage ? null : render(path);
    writeFileSync(file, page === null ? readFileSync(path) : layOut(path, page, contents.html, style));
    waiting.push(...(page?.targets ?? []).filter((target) => existsSync(target)));
  }
}

async function buildStyle(folder) {
  const { metafile } = await build({
    entryPoints: [join("src", "page", "style", "docs.css")],
    outdir: folder,
    entryNames: "style-[hash]",
    bundle: true,
    minify: true,
    metafile: true,
  });
  return basename(Object.keys(metafile.outputs)[0]);
}

/** Where a file or folder of the repository is on the site. */
function addressOf(path) {
  if (path === START || path === CONTENTS) return "/docs";
  return `/docs/${path.replace(/^docs\//, "").replace(/\.md$/, "")}`;
}

/** HTML of a file or folder, its title, and the paths that it links to. */
function render(path, renderer = {}) {
  const targets = [];
  const slugs = new Map();
  const reach = (href) => {
    if (/^https?:/.test(href)) return href;
    const [file, anchor] = href.split("#");
    const target = file === "" ? path : posix.join(posix.dirname(path), file);
    targets.push(target);
    return addressOf(target) + (anchor === undefined ? "" : `#${anchor}`);
  };
  const marked = new Marked({ renderer: { ...rendererOf(reach, slugs), ...renderer } });
  const html = marked.parse(readMarkdown(path));
  return { html, title: /<h1[^>]*>(.*?)<a/.exec(html)?.[1] ?? path, targets };
}

function rendererOf(reach, slugs) {
  return {
    // Comments mark what is generated; any other HTML is shown, not obeyed.
    html: ({ text }) => (text.startsWith("<!--") ? "" : escapeHtml(text)),
    heading({ tokens, depth }) {
      const slug = this.parser
        .parseInline(tokens, this.parser.textRenderer)
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-");
      const times = slugs.get(slug) ?? 0;
      slugs.set(slug, times + 1);
      const id = times === 0 ? slug : `${slug}-${times}`;
      const link = `<a class="anchor" href="#${id}" aria-hidden="true" tabindex="-1">#</a>`;
      return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}${link}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      return `<a href="${escapeHtml(reach(href))}">${this.parser.parseInline(tokens)}</a>`;
    },
    image: ({ href, text }) => `<img src="${escapeHtml(reach(href))}" alt="${escapeHtml(text)}">`,
    // What is too wide scrolls, by keyboard too.
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    table(token) {
      // A heading without a word is none.
      const head = token.header.map((cell) => ({ ...cell, header: cell.text !== "" }));
      const all = head.some(({ header }) => header) ? [head, ...token.rows] : token.rows;
      const rows = all.map((cells) => cells.map((cell) => this.tablecell(cell)).join(""));
      return `<div class="wide" tabindex="0"><table>${rows.map((cells) => `<tr>${cells}</tr>`).join("\n")}</table></div>\n`;
    },
  };
}

/** Groups of the contents are headings, of which nobody makes a link. */
function inContents({ tokens, depth }) {
  return depth === 1 ? "" : `<h2>${this.parser.parseInline(tokens)}</h2>\n`;
}

/** A file that is no Markdown is one block of code, a folder one block for each of its files. */
function readMarkdown(path) {
  if (path.endsWith(".md")) return readFileSync(path, "utf8");
  const block = (file) => `~~~~\n${readFileSync(file, "utf8").trimEnd()}\n~~~~\n`;
  if (!statSync(path).isDirectory()) return `# ${path}\n\n${block(path)}`;
  return `# ${path}\n\n${readdirSync(path)
    .map((name) => `## ${name}\n\n${block(join(path, name))}`)
    .join("\n")}`;
}

function layOut(path, { html, title }, contents, style) {
  const here = `href="${addressOf(path)}"`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Cloud Assistant gateway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/${style}">
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header><a href="/">Runs</a><a class="to-contents" href="#contents">Contents</a></header>
<nav id="contents" aria-label="Contents">
${contents.replace(here, `${here} aria-current="page"`)}</nav>
<main id="text">
${html}</main>
</body>
</html>
`;
}

function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
