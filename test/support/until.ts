/**
 * Wait until something holds, looking every 20 ms; for hooks and helpers, where `expect.poll` is not to be had.
 *
 * @throws when it still does not hold after `limitMs`
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
