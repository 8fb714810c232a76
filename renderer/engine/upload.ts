/** How far an upload is, in bytes. */
export interface UploadProgress {
  sentBytes: number;
  totalBytes: number;
}

interface UploadOptions {
  /** Files of one drop share a batch, so that equal names of different drops never meet. */
  batch: string;
  signal: AbortSignal;
  onProgress: (progress: UploadProgress) => void;
}

/**
 * The path under which the engine can read a file that was dropped or picked here.
 *
 * The desktop window knows the file's own path. A browser does not: there the bytes are sent to the engine,
 * which keeps them in its workspace and answers with that path.
 *
 * @throws Error with a message for the user, and AbortError when the signal stops it
 */
export async function pathOfFile(file: File, options: UploadOptions): Promise<string> {
  if (window.fourfold === undefined) return upload(file, options);
  const path = window.fourfold.pathForFile(file);
  if (path === "")
    throw new Error(`${file.name} lies in no folder of this machine; save it first, then drop the saved file.`);
  return path;
}

/** XMLHttpRequest because fetch reports nothing while it sends. */
function upload(file: File, { batch, signal, onProgress }: UploadOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", stop);
      settle();
    };
    request.upload.onprogress = ({ loaded }) => onProgress({ sentBytes: loaded, totalBytes: file.size });
    request.onload = () =>
      end(() => {
        const path = pathFrom(request);
        if (path === null) reject(new Error(refusal(file, request)));
        else resolve(path);
      });
    request.onerror = () => end(() => reject(new Error(`${file.name} could not be sent to the engine.`)));
    request.onabort = () => end(() => reject(new DOMException("Stopped.", "AbortError")));
    signal.addEventListener("abort", stop);
    request.open("PUT", `/files?name=${encodeURIComponent(file.name)}&batch=${encodeURIComponent(batch)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  });
}

function pathFrom(request: XMLHttpRequest): string | null {
  if (request.status !== 200 && request.status !== 201) return null;
  const answer: unknown = parse(request.responseText);
  const path = typeof answer === "object" && answer !== null && "path" in answer ? answer.path : null;
  return typeof path === "string" ? path : null;
}

function refusal(file: File, request: XMLHttpRequest): string {
  const isSentence = request.getResponseHeader("content-type")?.startsWith("text/plain") === true;
  const reason = isSentence ? request.responseText.trim() : "";
  return reason === "" ? `The engine did not take ${file.name} (HTTP ${request.status}).` : reason;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
