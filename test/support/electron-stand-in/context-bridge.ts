/**
 * contextBridge between the page's world and the preload's, in the browser; each world runs its own copy of `openBridge`.
 *
 * CustomEvents on `window` are dispatched at once and seen by both worlds, and Chromium clones their `detail` between
 * them, which gives what Electron's bridge gives: synchronous calls, copies instead of shared objects. The key in the
 * event's name is unguessable. Sent as text: nothing in here may refer to anything outside of the function.
 */
export function openBridge(
  key: string,
  here: "page" | "preload",
  report: (request: { url: string; name: string }) => void,
) {
  type Crossing =
    | { kind: "expose"; name: string; value: unknown }
    | { kind: "call"; id: number; values: unknown[] }
    | { kind: "answer"; value?: unknown; error?: string }
    | { kind: "settle"; id: number; value?: unknown; error?: string }
    | { kind: "window-open"; url: string; name: string };

  const there = here === "page" ? "preload" : "page";
  const functions = new Map<number, (...values: unknown[]) => unknown>();
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  // Taken now: a page that changes Array.prototype later must not get in between.
  const map = Function.prototype.call.bind(Array.prototype.map) as (
    list: unknown[],
    change: (value: unknown) => unknown,
  ) => unknown[];
  const dispatch = window.dispatchEvent.bind(window);
  const Crossed = CustomEvent;
  let nextId = 1;
  let answer: Extract<Crossing, { kind: "answer" }> | null = null;

  const send = (crossing: Crossing): void => void dispatch(new Crossed(key + there, { detail: crossing }));
  const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

  function pack(value: unknown): unknown {
    if (typeof value === "function") {
      functions.set(nextId, value as (...values: unknown[]) => unknown);
      return { $function: nextId++ };
    }
    if (value instanceof Promise) {
      const id = nextId++;
      value.then(
        (result) => send({ kind: "settle", id, value: pack(result) }),
        (error: unknown) => send({ kind: "settle", id, error: describe(error) }),
      );
      return { $promise: id };
    }
    if (Array.isArray(value)) return { $array: map(value, pack) };
    if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
      return {
        $object: map(Object.entries(value), (entry) => [
          (entry as [string, unknown])[0],
          pack((entry as [string, unknown])[1]),
        ]),
      };
    }
    return value; // primitives, and what can be cloned: a File
  }

  function unpack(value: unknown): unknown {
    if (value === null || typeof value !== "object") return value;
    const packed = value as { $function?: number; $promise?: number; $array?: unknown[]; $object?: unknown[] };
    if (packed.$function !== undefined) return (...values: unknown[]) => call(packed.$function!, values);
    if (packed.$promise !== undefined) {
      return new Promise((resolve, reject) => promises.set(packed.$promise!, { resolve, reject }));
    }
    if (packed.$array !== undefined) return map(packed.$array, unpack);
    if (packed.$object === undefined) return value;
    const entries = map(packed.$object, (entry) => [
      (entry as [string, unknown])[0],
      unpack((entry as [string, unknown])[1]),
    ]);
    return Object.fromEntries(entries as [string, unknown][]);
  }

  function call(id: number, values: unknown[]): unknown {
    answer = null;
    send({ kind: "call", id, values: map(values, pack) });
    const given = answer as Extract<Crossing, { kind: "answer" }> | null;
    if (given === null) throw new Error("An object could not be cloned.");
    if (given.error !== undefined) throw new Error(given.error);
    return unpack(given.value);
  }

  function run(id: number, values: unknown[]): void {
    try {
      send({ kind: "answer", value: pack(functions.get(id)!(...map(values, unpack))) });
    } catch (error) {
      send({ kind: "answer", error: describe(error) });
    }
  }

  function settle(id: number, value: unknown, error: string | undefined): void {
    const promise = promises.get(id);
    promises.delete(id);
    if (error === undefined) promise?.resolve(unpack(value));
    else promise?.reject(new Error(error));
  }

  function freeze(value: unknown): unknown {
    if (value !== null && typeof value === "object") Object.values(value).forEach(freeze);
    return Object.freeze(value);
  }

  window.addEventListener(key + here, (event) => {
    event.stopImmediatePropagation();
    const crossing = (event as CustomEvent<Crossing | null>).detail;
    if (crossing === null) return; // It could not be cloned: the caller finds no answer and throws.
    if (crossing.kind === "answer") answer = crossing;
    else if (crossing.kind === "settle") settle(crossing.id, crossing.value, crossing.error);
    else if (crossing.kind === "call") run(crossing.id, crossing.values);
    else if (crossing.kind === "window-open") report(crossing);
    else Object.defineProperty(globalThis, crossing.name, { value: freeze(unpack(crossing.value)), enumerable: true });
  });

  if (here === "page") {
    // A held popup would block its opener, so scripted ones never start: the app is asked, and only "deny" exists here.
    window.open = (url = "", name = "") => {
      send({ kind: "window-open", url: String(new URL(url, location.href)), name });
      return null;
    };
  }
  return { expose: (name: string, value: unknown): void => send({ kind: "expose", name, value: pack(value) }) };
}
