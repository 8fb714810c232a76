import { basename } from "node:path";
import { watch } from "chokidar";

/** Changes come in bursts: an editor writes a file in several steps, a copy brings hundreds. */
const QUIET_MS = 400;
/** In a burst without end it is looked at nevertheless. */
const LONGEST_WAIT_MS = 5000;
/** Between two looks where the system tells nothing: a network drive, or no more watches to be had. */
const LOOK_EVERY_MS = 30_000;

export interface FolderWatch extends AsyncDisposable {
  /** Why it looks by itself although the system was to tell; null when all is as asked. */
  readonly notice: string | null;
}

/**
 * Call back some time after something in a folder has changed, once per burst.
 *
 * What has changed is not said: whoever is called looks for himself, so that no missed or doubled event matters.
 *
 * @param options.lookEveryMs  between two looks when polling
 */
export function watchFolder(
  path: string,
  mode: "events" | "polling",
  onChange: () => void,
  { lookEveryMs = LOOK_EVERY_MS }: { lookEveryMs?: number | undefined } = {},
): FolderWatch {
  let notice: string | null = null;
  let looking: NodeJS.Timeout | null = null;
  const look = (): void => void (looking ??= setInterval(onChange, lookEveryMs).unref());
  if (mode === "polling") {
    look();
    return { notice, [Symbol.asyncDispose]: async () => clearInterval(looking ?? undefined) };
  }

  const burst = new Burst(onChange);
  const watcher = watch(path, {
    ignoreInitial: true,
    // As findFiles passes them over; the folder itself may well be a hidden one.
    ignored: (inner) => inner !== path && (basename(inner).startsWith(".") || basename(inner) === "node_modules"),
  });
  watcher.on("all", () => burst.add());
  watcher.on("error", (error) => {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    notice = `The system cannot watch all of it (${code}), so it is looked through every ${Math.round(lookEveryMs / 1000)} seconds.`;
    look();
  });
  return {
    get notice() {
      return notice;
    },
    async [Symbol.asyncDispose]() {
      burst.end();
      clearInterval(looking ?? undefined);
      await watcher.close();
    },
  };
}

/** Many calls become one, when they pause, or when they have gone on for long. */
class Burst {
  readonly #onQuiet: () => void;
  #quiet: NodeJS.Timeout | undefined;
  #longest: NodeJS.Timeout | undefined;

  constructor(onQuiet: () => void) {
    this.#onQuiet = onQuiet;
  }

  add(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#fire(), QUIET_MS);
    this.#longest ??= setTimeout(() => this.#fire(), LONGEST_WAIT_MS);
  }

  end(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#longest);
    this.#longest = undefined;
  }

  #fire(): void {
    this.end();
    this.#onQuiet();
  }
}
