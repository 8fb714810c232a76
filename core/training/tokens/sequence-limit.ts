/** Longer examples cost attention quadratically; who has them chooses a length. */
export const MOST_BY_DEFAULT = 1024;
