import { createCipheriv, createHash } from "node:crypto";

/** The next bytes of an endless random stream; equal seeds give equal streams. */
export type SeededBytes = (count: number) => Buffer;

/** AES in counter mode: a gigabyte a second, which matters for models of hundreds of megabytes. */
export function randomBytesFrom(seed: number): SeededBytes {
  const key = createHash("sha256").update(`fourfold ${seed}`).digest();
  const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  return (count) => {
    // A buffer of its own: small ones share memory at odd offsets, where no Uint32Array can be laid over them.
    const bytes = Buffer.from(new ArrayBuffer(count));
    cipher.update(Buffer.alloc(count)).copy(bytes);
    return bytes;
  };
}
