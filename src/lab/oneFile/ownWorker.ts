/** In one HTML file the page's script is its workers' as well: from a disk, a page may load no other. */
let text = "";
let url: string | undefined;

/** To be called before the script has ended: later nothing says which it was. */
export function keepScript(): void {
  text = document.currentScript?.textContent ?? "";
}

/** A worker of the page's own script, which knows by where it runs what to do. */
export function ownWorker(): Worker {
  url ??= URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(url);
}
