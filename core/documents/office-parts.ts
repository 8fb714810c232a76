import { posix } from "node:path";
import { walkXml } from "./xml.ts";
import type { SafeArchive } from "./zip-archive.ts";

/** Another part of an Office archive that a part refers to (ECMA-376 part 2, 9.3). */
export interface Relation {
  id: string;
  /** Last word of the type's address: "slide", "worksheet", "notesSlide". */
  type: string;
  /** Name of the part in the archive. */
  target: string;
}

/** What a part refers to inside the archive; what lies outside is never followed. */
export function relationsOf(path: string, archive: SafeArchive, part: string): Relation[] {
  const bytes = archive.read(posix.join(posix.dirname(part), "_rels", `${posix.basename(part)}.rels`));
  if (bytes === null) return [];
  const relations: Relation[] = [];
  walkXml(path, bytes, {
    open(name, { Id, Type, Target, TargetMode }) {
      if (name !== "Relationship" || Id === undefined || Target === undefined || TargetMode === "External") return;
      const target = Target.startsWith("/") ? Target.slice(1) : posix.join(posix.dirname(part), Target);
      relations.push({ id: Id, type: (Type ?? "").split("/").at(-1)!, target });
    },
  });
  return relations;
}

/** The id by which an element names a relation: `r:id`, whatever the prefix. */
export function relationId(attributes: Record<string, string>): string | undefined {
  const name = Object.keys(attributes).find((one) => one.endsWith(":id"));
  return name === undefined ? undefined : attributes[name];
}
