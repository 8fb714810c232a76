import { join, sep } from "node:path";

/** Where a browser's files are kept: it hands over bytes and a name, never a path. */
export const droppedFilesFolder = (workspace: string): string => join(workspace, "files");

/**
 * How the user is told of files: one that was dropped into a browser by the name it was dropped under, every other by its
 * path. The workspace's own folder means nothing to whoever dropped it.
 *
 * @returns maps a text that may name files
 */
export function droppedByName(workspace: string): (text: string) => string {
  const folder = RegExp.escape(droppedFilesFolder(workspace) + sep);
  // A folder for each drop, as `core/serve/http-door.ts` makes them.
  const place = new RegExp(`${folder}[\\w-]{1,64}${RegExp.escape(sep)}`, "g");
  return (text) => text.replaceAll(place, "");
}
