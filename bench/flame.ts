import { writeFileSync } from 'node:fs';
import { parts } from './part-of.js';
import { readProfile, type Call } from './read-profile.js';

/*
 * Draws a CPU profile as a flame graph: `tsx bench/flame.ts FILE.cpuprofile [OUT.svg]`. One SVG that needs nothing else: open it in a browser,
 * rest on a box for its name and share, click it to see only what it called, click the lowest for all.
 */
const WIDTH = 1400;
const ROW = 17;
/** Narrower boxes are left out, in pixels. */
const LEAST = 0.4;
const LETTER = 6.2;

const [file, out = file?.replace(/\.cpuprofile$/, '.svg')] = process.argv.slice(2);
if (file === undefined || out === undefined || out === file) {
  console.error('Usage: tsx bench/flame.ts FILE.cpuprofile [OUT.svg]');
  process.exit(2);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const all = readProfile(file);
const perMicrosecond = WIDTH / Math.max(1, all.total);
const boxes: string[] = [];
let deepest = 0;

const draw = (call: Call, x: number, depth: number): void => {
  const width = call.total * perMicrosecond;
  if (width < LEAST) return;
  deepest = Math.max(deepest, depth);
  const share = ((100 * call.total) / all.total).toFixed(1);
  const own = ((100 * call.self) / all.total).toFixed(1);
  const title = `${call.name}${call.place === '' ? '' : `  ${call.place}`}\n${share} %, ${own} % in itself; ${parts[call.part].label}`;
  const fits = Math.floor((width - 4) / LETTER);
  const text = fits < 3 ? '' : call.name.length > fits ? `${call.name.slice(0, fits - 1)}…` : call.name;
  boxes.push(
    `<g data-x="${x.toFixed(2)}" data-w="${width.toFixed(2)}" data-n="${escaped(call.name)}"><title>${escaped(title)}</title>` +
      `<rect x="${x.toFixed(2)}" y="${depth * ROW}" width="${width.toFixed(2)}" height="${ROW - 1}" fill="${parts[call.part].colour}"/>` +
      `<text x="${(x + 2).toFixed(2)}" y="${depth * ROW + 12}">${escaped(text)}</text></g>`,
  );
  let at = x;
  for (const called of [...call.calls.values()].sort((a, b) => b.total - a.total)) {
    draw(called, at, depth + 1);
    at += called.total * perMicrosecond;
  }
};
draw(all, 0, 0);

/** Zooms: what is within the clicked box is stretched to the whole width, its callers stay above it, the rest is hidden. */
const script = `
const boxes = [...document.querySelectorAll('g[data-w]')];
const show = (from, width) => boxes.forEach((box) => {
  const x = +box.dataset.x, w = +box.dataset.w, end = x + w;
  const left = Math.max(0, (x - from) * ${WIDTH} / width), right = Math.min(${WIDTH}, (end - from) * ${WIDTH} / width);
  const wide = right - left;
  box.style.display = wide < ${LEAST} ? 'none' : '';
  const [rect, text] = [box.querySelector('rect'), box.querySelector('text')];
  rect.setAttribute('x', left); rect.setAttribute('width', Math.max(0, wide));
  text.setAttribute('x', left + 2);
  const fits = Math.floor((wide - 4) / ${LETTER}), name = box.dataset.n;
  text.textContent = fits < 3 ? '' : name.length > fits ? name.slice(0, fits - 1) + '…' : name;
});
boxes.forEach((box) => box.addEventListener('click', () => show(+box.dataset.x, +box.dataset.w)));
`;

const height = (deepest + 1) * ROW;
writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>text{font:11px monospace;fill:#111;pointer-events:none}g{cursor:pointer}rect{stroke:#fff;stroke-width:.5}rect:hover{stroke:#000}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${boxes.join('\n')}
<script><![CDATA[${script}]]></script>
</svg>
`,
);
console.log(`${out}: ${boxes.length} boxes, ${(all.total / 1e6).toFixed(2)} s of CPU on the main thread`);
