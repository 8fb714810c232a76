/** What the contract allows. */
const MOST_THREADS = 256;

/** Most threads worth offering: one for each logical core the browser reports. */
export const threadLimit = (cores: number): number => Math.min(MOST_THREADS, Math.max(1, cores));

/**
 * Says when a model cannot use the context asked for; null when it can, or when its file does not say.
 *
 * @param asked    tokens; null leaves the choice to the engine
 * @param trained  tokens the model was trained for
 */
export function contextNote(asked: number | null, trained: number | null): string | null {
  if (asked === null || trained === null || asked <= trained) return null;
  const tokens = trained.toLocaleString("en");
  return `This model is trained for ${tokens} tokens, so ${tokens} is used.`;
}
