/** How a model says that it has no answer: from the passages, or from memory. */
const DECLINING = /\b(do(es)? not say|don['’]t know|do not know|not (mentioned|stated|given))\b/iu;

export const declines = (text: string): boolean => DECLINING.test(text);
