import { figureStyle } from "./figureHtml.js";
import { sweepStyle } from "./sweepStyle.js";

/** The style sheet of the report. */
export const style: string = `
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --panel: #f6f8fa;
  --holds: #0b6b3a; --fails: #b3261e; --inconclusive: #6b5b00; --accent: #0072b2; }
@media screen and (prefers-color-scheme: dark) { :root { --ground: #15181c; --ink: #e6e8eb; --soft: #9aa4af; --line: #343b43; --panel: #1e2329;
  --holds: #5fd394; --fails: #ff8f85; --inconclusive: #e3c84e; --accent: #56b4e9; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
a { color: var(--accent); }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.notice { border-left: 4px solid var(--inconclusive); background: var(--panel); padding: .6rem .9rem; margin: 1rem 0; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 1rem 0; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1em; padding: 0 .6em; font-size: .8rem; font-weight: 600; white-space: nowrap; }
.holds { color: var(--holds); } .fails { color: var(--fails); } .inconclusive { color: var(--inconclusive); }
pre, code { font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--panel); padding: .6rem .8rem; overflow-x: auto; border-radius: .4rem; margin: .5rem 0; }
summary { cursor: pointer; }
.lede { font-size: 1.08rem; }
.finding { display: grid; grid-template-columns: 7rem minmax(0, 1fr) 140px; gap: .2rem 1rem; padding: .7rem 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
.finding p, .finding ul { margin: 0 0 .15rem; } .finding ul { padding-left: 1.1rem; } .finding .badge { justify-self: start; align-self: start; }
.claim { font-weight: 600; } .finding a { white-space: nowrap; }
.thumbnail { align-self: start; justify-self: end; }
.verdicts h2 { margin-top: 1.5rem; }
.evidence { margin: .3rem 0; }
dl.rules { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; font-size: .9rem; }
dl.rules dt { color: var(--soft); } dl.rules dd { margin: 0; }
@media (max-width: 40rem) {
  .claims thead { display: none; } .claims tr { display: block; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  .claims td { display: block; border: 0; padding: .1rem 0; white-space: normal; }
  .claims td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  .finding { grid-template-columns: minmax(0, 1fr); } .thumbnail { justify-self: start; }
  dl.rules, dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; } dl.rules dd, dl.facts dd { margin-bottom: .5rem; }
}
${figureStyle}${sweepStyle}
@page { margin: 13mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 9pt; line-height: 1.4; } h1 { font-size: 15pt; } .lede { font-size: 10pt; }
  h2 { font-size: 12pt; margin-top: .8rem; padding-top: .5rem; break-after: avoid; } p { margin: .3rem 0; }
  details:not([open]), .finding a:not(.thumbnail), .repeat { display: none; }
  .finding { padding: .3rem 0; grid-template-columns: 6.5rem minmax(0, 1fr) 140px; } .soft { font-size: 8pt; }
  dl.rules, dl.facts { margin: .3rem 0; font-size: 8pt; }
  figure { zoom: .66; margin: .5rem 0; } figcaption { font-size: 11pt; max-width: none; }
}`;
