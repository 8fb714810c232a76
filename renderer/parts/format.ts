/** 3,081,632 bytes as "3.1 MB"; decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** 2,772,480 as "2.8M". */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)}M`;
  return count >= 1e4 ? `${Math.round(count / 1e3)}k` : count.toLocaleString("en");
}

/** A measured time: "4 ms", "640 ms", "1.3 s", "2 min 5 s", "3 h 20 min". */
export function formatMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(ms < 1 ? 1 : 0)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A time that is only expected: "about 3 s", "about 2 h 40 min"; the longer it is, the less its minutes mean. */
export function formatEta(ms: number): string {
  if (ms < 1000) return "under 1 s";
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `about ${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  const rounded = Math.ceil(minutes / 5) * 5;
  const [hours, rest] = [Math.floor(rounded / 60), rounded % 60];
  if (hours >= 48) return `about ${Math.round(rounded / 1440)} days`;
  return rest === 0 ? `about ${hours} h` : `about ${hours} h ${rest} min`;
}

/** A decoding or prefill speed. */
export const formatSpeed = (tokensPerSecond: number): string =>
  tokensPerSecond >= 100 ? Math.round(tokensPerSecond).toLocaleString("en") : tokensPerSecond.toFixed(1);

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
