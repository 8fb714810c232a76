/**
 * A document of a shared collection is named by the collection's id in this workspace and its own on the server,
 * so that a citation finds its server by the id alone.
 */
export const sharedDocumentId = (collectionId: string, idOnServer: string): string => `${collectionId}.${idOnServer}`;

/** The collection a shared document belongs to; null for an id of this workspace's own documents. */
export function sharedCollectionOf(documentId: string): string | null {
  const dot = documentId.indexOf(".");
  return dot === -1 ? null : documentId.slice(0, dot);
}

export const idOnServer = (documentId: string): string => documentId.slice(documentId.indexOf(".") + 1);
