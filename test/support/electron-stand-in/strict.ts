import { EventEmitter } from "node:events";

/** Every part of Electron that the stand-in has not: better a loud stop than a silent difference. */
export function notImplemented(what: string): never {
  throw new Error(`electron stand-in: ${what} is not implemented`);
}

/** The object itself, except that touching anything it has not throws. Methods stay bound, so private fields work. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      // Promises are probed for "then" by every await.
      if (!(key in object) && typeof key === "string" && key !== "then") notImplemented(`${name}.${key}`);
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}

/** An emitter that refuses listeners for events it was not told of. */
export class StrictEmitter extends EventEmitter {
  readonly #name: string;
  readonly #events: Set<string>;

  /**
   * @param emitted  events the stand-in sends
   * @param silent   events that may be listened for although nothing here ever causes them
   */
  constructor(name: string, emitted: string[], silent: string[] = []) {
    super();
    this.#name = name;
    this.#events = new Set([...emitted, ...silent]);
  }

  override on(event: string, listener: (...values: never[]) => void): this {
    if (!this.#events.has(event)) notImplemented(`${this.#name}.on("${event}")`);
    return super.on(event, listener as (...values: unknown[]) => void);
  }

  override once(event: string, listener: (...values: never[]) => void): this {
    if (!this.#events.has(event)) notImplemented(`${this.#name}.once("${event}")`);
    return super.once(event, listener as (...values: unknown[]) => void);
  }
}

/** An Electron event that can be prevented. */
export function preventable<T extends object>(details: T) {
  const event = { ...details, defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) };
  return event;
}
