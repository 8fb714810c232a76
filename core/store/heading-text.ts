/** How a heading path is stored and shown. */
export const headingText = (path: string[]): string | null => (path.length === 0 ? null : path.join(" › "));
