import { z } from "zod";
import { call, progressOf } from "./call.ts";
import { ImportProgress, ImportResult } from "./documents.ts";
import { Failure } from "./failures.ts";

/** A folder whose files a collection follows. */
export const LinkedFolder = z.object({
  id: z.string(),
  collectionId: z.string(),
  path: z.string(),
  /** How changes are noticed: told by the system, or by looking every half minute, as network drives need it. */
  watch: z.enum(["events", "polling"]),
  state: z.discriminatedUnion("status", [
    /** Linked, but nobody watches: only a lasting engine (window, browser) does. */
    z.object({ status: z.literal("resting") }),
    z.object({ status: z.literal("watching"), notice: z.string().nullable() }),
    z.object({ status: z.literal("syncing"), done: z.int(), total: z.int() }),
    z.object({ status: z.literal("failed"), failure: Failure }),
  ]),
  documentCount: z.int(),
  /** When it was last looked through to the end; null before the first time. */
  syncedAt: z.string().nullable(),
});
export type LinkedFolder = z.infer<typeof LinkedFolder>;

export const SyncResult = ImportResult.extend({
  /** Paths of documents that left the collection because their files are gone. */
  removed: z.array(z.string()),
});
export type SyncResult = z.infer<typeof SyncResult>;

export const folders = {
  list: call({
    summary: "List the linked folders, and how each one stands.",
    input: z.object({}),
    output: z.array(LinkedFolder),
  }),
  link: call({
    summary: "Let a collection follow a folder: what is new, changed or removed there, is in the collection too.",
    input: z.object({
      /** Id or name; a name that does not exist yet is created. */
      collection: z.string().trim().min(1).max(80),
      path: z.string().refine((path) => path.trim() !== "", "The path is empty."),
      watch: z.enum(["events", "polling"]).default("events"),
    }),
    output: LinkedFolder,
  }),
  unlink: call({
    summary: "Follow a folder no longer; its documents are kept or removed, as the caller says.",
    input: z.object({ folderId: z.string(), documents: z.enum(["keep", "remove"]) }),
    output: z.object({ removed: z.int() }),
  }),
  sync: progressOf({
    summary: "Look through a linked folder now.",
    input: z.object({
      folderId: z.string(),
      /** A folder that is suddenly empty is taken for a drive that is not there, unless this says otherwise. */
      acceptEmpty: z.boolean().default(false),
    }),
    progress: ImportProgress,
    output: SyncResult,
  }),
};
