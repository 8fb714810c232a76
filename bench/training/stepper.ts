import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Shape } from "../../test/support/random-model.ts";

export interface StepRequest {
  /** A GGUF file for Fourfold; PEFT makes its own weights of `shape`. */
  model: string;
  shape: Shape;
  rank: number;
  tokens: number;
  answers: number;
  threads: number;
  checkpointing: boolean;
  /** PyTorch's type for weights and activations. */
  type: "bfloat16" | "float32";
}

/** One optimizer step as its own process measured it. */
export interface Step {
  seconds: number;
  processorSeconds: number;
  loss: number;
  /** Largest resident size of the process so far. */
  peakBytes: number;
}

/** A process that takes one training step each time it is asked to. */
export class Stepper implements Disposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(program: string, parameters: string[]) {
    this.#child = spawn(program, parameters, { stdio: ["pipe", "pipe", "ignore"] });
    this.#reader = createInterface({ input: this.#child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  static fourfold(request: StepRequest): Promise<Stepper> {
    return Stepper.#start(process.execPath, join(import.meta.dirname, "fourfold-steps.ts"), request);
  }

  /** @param python  with torch, transformers and peft */
  static peft(python: string, request: StepRequest): Promise<Stepper> {
    return Stepper.#start(python, join(import.meta.dirname, "peft_steps.py"), request);
  }

  static async #start(program: string, script: string, request: StepRequest): Promise<Stepper> {
    const stepper = new Stepper(program, [script, JSON.stringify(request)]);
    await stepper.#read();
    return stepper;
  }

  async step(): Promise<Step> {
    this.#child.stdin!.write("\n");
    return (await this.#read()) as Step;
  }

  async #read(): Promise<unknown> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`${this.#child.spawnargs[1]} ended; run it by hand to see why.`);
      // Libraries write lines of their own.
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#child.kill();
  }
}
