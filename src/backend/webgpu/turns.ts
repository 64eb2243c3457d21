/** Collects what members ask, so that a device does it for all of them in one go. */

export interface Asked<Ask, Answer> {
  member: number;
  ask: Ask;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Milliseconds that those who have asked wait for the others. */
const PATIENCE = 2;

export class Turns<Ask extends { kind: string }, Answer> {
  readonly #compute: (asked: readonly Asked<Ask, Answer>[]) => Promise<readonly Answer[]>;
  readonly #alive: () => number;
  #waiting: Asked<Ask, Answer>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;

  /**
   * @param compute answers all of them, which are of one kind and of one member each; what it throws they all get
   * @param alive members that may yet ask
   */
  constructor(
    compute: (asked: readonly Asked<Ask, Answer>[]) => Promise<readonly Answer[]>,
    alive: () => number,
  ) {
    this.#compute = compute;
    this.#alive = alive;
  }

  ask(member: number, ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, ask, resolve, reject });
      this.look();
    });
  }

  /** Begins where everybody has asked; to be called as well when a member has left. */
  look(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    if (this.#waiting.length >= this.#alive()) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), PATIENCE);
  }

  async #begin(): Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#busy) return;
    this.#busy = true;
    const kinds = new Map<string, Asked<Ask, Answer>[]>();
    for (const asked of this.#waiting) {
      const { kind } = asked.ask;
      const own = kinds.get(kind);
      if (own) own.push(asked);
      else kinds.set(kind, [asked]);
    }
    this.#waiting = [];
    for (const asked of kinds.values())
      try {
        const answers = await this.#compute(asked);
        for (const [i, { resolve }] of asked.entries()) resolve(answers[i]);
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    this.#busy = false;
    this.look();
  }
}
