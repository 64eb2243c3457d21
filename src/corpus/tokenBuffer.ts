/** Tokens that come one after another, nobody knows how many: blocks of one size, joined once. */
const BLOCK = 1 << 18;

export class TokenBuffer {
  #full: Uint32Array[] = [];
  #block = new Uint32Array(BLOCK);
  #used = 0;

  push(token: number): void {
    if (this.#used === BLOCK) {
      this.#full.push(this.#block);
      this.#block = new Uint32Array(BLOCK);
      this.#used = 0;
    }
    this.#block[this.#used++] = token;
  }

  /** All tokens so far, in memory of their own. */
  joined(): Uint32Array {
    const tokens = new Uint32Array(this.#full.length * BLOCK + this.#used);
    for (const [i, block] of this.#full.entries()) tokens.set(block, i * BLOCK);
    tokens.set(this.#block.subarray(0, this.#used), this.#full.length * BLOCK);
    return tokens;
  }
}
