/** An embedding as SQLite keeps it: `dimensions` little-endian float32 values, nothing else. */
export function toBlob(embedding: Float32Array): Buffer {
  return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
}

/** The inverse of `toBlob`, copied so that it is aligned and outlives the row. */
export function fromBlob(blob: Uint8Array): Float32Array {
  // Not blob.slice(): on a Buffer that is a view, and its memory may start at any address.
  return new Float32Array(new Uint8Array(blob).buffer);
}

// Every platform Node 24 has binaries for is little-endian; a big-endian one would read garbage silently.
if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) throw new Error("Vectors are stored little-endian only.");
