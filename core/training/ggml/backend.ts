import { availableParallelism } from "node:os";
import koffi from "koffi";
import { trainingUnavailable } from "../training-failures.ts";
import { type Ggml, openGgml } from "./library.ts";
import type { Backend, BufferType, Graph } from "./native-types.ts";

/** enum ggml_backend_dev_type. */
const CPU_DEVICE = 0;

/** One core is left to the person at the machine; more threads than free cores were seen to be five times slower. */
export const defaultThreads = (): number => Math.max(1, availableParallelism() - 1);

/** The processor as ggml runs graphs on it. */
export class Processor implements Disposable {
  readonly ggml: Ggml;
  readonly backend: Backend;
  readonly bufferType: BufferType;

  constructor(threads: number = defaultThreads()) {
    this.ggml = openGgml();
    this.backend = openCpu(this.ggml);
    this.bufferType = this.ggml.ggml_backend_get_default_buffer_type(this.backend);
    this.setThreads(threads);
  }

  setThreads(threads: number): void {
    const registry = this.ggml.ggml_backend_dev_backend_reg(this.ggml.ggml_backend_get_device(this.backend));
    const address = this.ggml.ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
    if (address === null) throw trainingUnavailable("the CPU backend cannot be told its number of threads");
    koffi.decode(address, setThreadsPrototype())(this.backend, threads);
  }

  /** Run a graph on the native threads; the event loop stays free, so that stop and pause are heard. */
  compute(graph: Graph): Promise<void> {
    const compute = this.ggml.ggml_backend_graph_compute as typeof this.ggml.ggml_backend_graph_compute & {
      async: (backend: Backend, graph: Graph, done: (error: Error | null, status: number) => void) => void;
    };
    return new Promise((resolve, reject) => {
      compute.async(this.backend, graph, (error, status) => {
        if (error !== null) reject(error);
        else if (status !== 0) reject(new Error(`ggml ended a graph with status ${status}`));
        else resolve();
      });
    });
  }

  [Symbol.dispose](): void {
    this.ggml.ggml_backend_free(this.backend);
  }
}

/** node-llama-cpp may have registered the backends of this process already. */
function openCpu(ggml: Ggml): Backend {
  const known = ggml.ggml_backend_init_by_type(CPU_DEVICE, null) as Backend | null;
  if (known !== null) return known;
  ggml.ggml_backend_load_all_from_path(ggml.folder);
  const loaded = ggml.ggml_backend_init_by_type(CPU_DEVICE, null) as Backend | null;
  if (loaded === null) throw trainingUnavailable("ggml found no CPU backend for this processor");
  return loaded;
}

let prototype: ReturnType<typeof koffi.proto> | null = null;
const setThreadsPrototype = () => (prototype ??= koffi.proto("void ggml_set_threads(void *backend, int threads)"));
