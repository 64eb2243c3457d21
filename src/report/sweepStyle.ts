/** What the page of a sweep has beyond the style of all pages: findings, and a table that sorts and fits. */
export const sweepStyle: string = `
.lede { font-size: 1.1rem; margin: 0 0 1.5rem; }
.findings { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .9rem 1.5rem; margin: 1.5rem 0;
  padding: 1rem 0; border-top: 2px solid var(--ink); border-bottom: 1px solid var(--line); }
.findings > dt { font-weight: 600; } .findings > dd { margin: 0; } .findings p { margin: 0 0 .3rem; }
.findings .value { font-size: 1.25rem; font-weight: 600; line-height: 1.2; }
.findings pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.findings table { width: auto; } .findings th, .findings td { padding-right: 1.2rem; }
.settings { columns: 20rem 2; margin: .5rem 0; padding: 0; list-style: none; font-size: .9rem; }
.settings li { break-inside: avoid; } .settings .soft { display: block; font-size: .8rem; margin-bottom: .3rem; }
.figures.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 1.5rem; }
.figures.beside > figure { min-width: 0; }
.tall { max-height: 80vh; overflow-y: auto; border-bottom: 1px solid var(--line); }
.sortable { font-variant-numeric: tabular-nums; } .sortable .sd { color: var(--soft); white-space: nowrap; } .sortable .narrow { display: none; }
.sortable thead th { position: sticky; top: 0; background: var(--ground); vertical-align: bottom; }
.sortable th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-align: left; cursor: pointer; }
.sortable th button::after { content: "\\2195"; opacity: .4; padding-left: .25em; }
.sortable th[aria-sort="ascending"] button::after { content: "\\2191"; opacity: 1; }
.sortable th[aria-sort="descending"] button::after { content: "\\2193"; opacity: 1; }
@media (max-width: 40rem) {
  .findings { grid-template-columns: minmax(0, 1fr); gap: .2rem; } .findings > dd { margin-bottom: .9rem; }
  .findings table { width: 100%; font-size: .8rem; } .findings th, .findings td { padding-right: .5rem; }
  .sortable { font-size: .72rem; line-height: 1.35; } .sortable th, .sortable td { padding-right: .3rem; }
  .sortable .wide { display: none; } .sortable .sd, .sortable .narrow { display: block; }
  .sortable th button::after { padding-left: .1em; }
  .sortable.cards thead tr { display: flex; flex-wrap: wrap; gap: .2rem .9rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); }
  .sortable.cards th { position: static; border: 0; padding: 0; }
  .sortable.cards tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0 .8rem; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  .sortable.cards td { border: 0; padding: .05rem 0; } .sortable.cards .sd, .sortable.cards .narrow { display: inline; }
  .sortable.cards td::before { content: attr(data-label) " "; color: var(--soft); }
}
@media print {
  .tall { max-height: none; overflow: visible; } .sortable { font-size: .75rem; }
  .sortable thead th { position: static; } .sortable th button::after { content: none; }
  .sortable tr, .findings > dd { break-inside: avoid; }
}
`;
