/**
 * The bundled models on their way into a workspace. On a machine that has no time for it an attempt fails, by its time
 * limit or otherwise; whoever asks next begins another, so that one bad moment does not last until a restart.
 */
export class BundledModels {
  readonly #add: () => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #attempt: Promise<void> | null = null;

  /** @param onFailure  an attempt failed; whoever waits for it is told besides */
  constructor(add: () => Promise<void>, onFailure: (error: unknown) => void) {
    this.#add = add;
    this.#onFailure = onFailure;
  }

  /**
   * Settles when the bundled models are known; all who ask while an attempt runs wait for the same one.
   *
   * @throws bundle_damaged, file_missing, child_stuck, child_crashed
   */
  ready(): Promise<void> {
    if (this.#attempt !== null) return this.#attempt;
    const attempt = this.#add();
    this.#attempt = attempt;
    attempt.catch((error: unknown) => {
      this.#attempt = null;
      this.#onFailure(error);
    });
    return attempt;
  }

  /** Waits until no attempt runs. */
  async settled(): Promise<void> {
    await this.#attempt?.catch(() => {});
  }
}
