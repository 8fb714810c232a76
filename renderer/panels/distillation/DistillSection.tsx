import { Button, NativeSelect, Textarea } from "@mantine/core";
import { useRef, useState } from "react";
import type { Collection, Failure, ModelInfo } from "../../../core/contract/index.ts";
import { pathOfFile } from "../../engine/upload.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatCount, plural } from "../../parts/format.ts";
import { Section } from "../training/Section.tsx";
import { DraftList } from "./DraftList.tsx";
import styles from "./DistillSection.module.css";
import type { DistillationHandle } from "./use-distillation.ts";

interface DistillSectionProps {
  distillation: DistillationHandle;
  models: readonly ModelInfo[];
  collections: readonly Collection[];
  /** The dataset of the form, whose prompts may be asked again. */
  dataset: { name: string; path: string } | null;
}

/** Answers by a larger model of the user's own: for prompts without answers, or in place of those there are. */
export function DistillSection({ distillation, models, collections, dataset }: DistillSectionProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { drafts, writing, failure } = distillation;
  const isBusy = writing !== null;
  return (
    <Section title="Answers by a larger model">
      {drafts.value?.length === 0 && !isOpen && (
        <p className={styles.quiet}>
          Prompts without answers? A larger model on this machine drafts them, from your documents if you like. Nothing
          is trained on before you have looked at it.
        </p>
      )}
      {failure !== null && <FailureNotice failure={failure} />}
      {drafts.failure !== null && <FailureNotice failure={drafts.failure} />}
      <DraftList distillation={distillation} />
      {isOpen ? (
        <DraftForm
          models={models}
          collections={collections}
          dataset={dataset}
          isBusy={isBusy}
          onStart={(draft) => {
            distillation.start(draft);
            setIsOpen(false);
          }}
          onCancel={() => setIsOpen(false)}
        />
      ) : (
        <div>
          <Button size="xs" variant="default" onClick={() => setIsOpen(true)}>
            Draft answers…
          </Button>
        </div>
      )}
    </Section>
  );
}

interface DraftFormProps extends Omit<DistillSectionProps, "distillation"> {
  isBusy: boolean;
  onStart: DistillationHandle["start"];
  onCancel: () => void;
}

const PROMPT_TYPES = ".txt,.jsonl,.json,.ndjson,.csv,.tsv";

function DraftForm({ models, collections, dataset, isBusy, onStart, onCancel }: DraftFormProps) {
  const teachers = models
    .filter(({ kind, present }) => kind === "base" && present)
    .toSorted((a, b) => b.parameterCount - a.parameterCount);
  const [prompts, setPrompts] = useState<{ name: string; path: string } | null>(dataset);
  const [refusal, setRefusal] = useState<Failure | null>(null);
  const [teacherId, setTeacherId] = useState(teachers[0]?.id ?? "");
  const [collectionId, setCollectionId] = useState("");
  const [system, setSystem] = useState("");
  const input = useRef<HTMLInputElement>(null);

  async function take(file: File): Promise<void> {
    setRefusal(null);
    try {
      const { signal } = new AbortController();
      const path = await pathOfFile(file, { batch: crypto.randomUUID(), signal, onProgress: () => {} });
      setPrompts({ name: file.name, path });
    } catch (error) {
      setRefusal(unsent(file.name, error));
    }
  }

  return (
    <div className={styles.form}>
      <div className={styles.prompts}>
        <span className={styles.label}>Prompts</span>
        <span className={styles.file}>{prompts?.name ?? "none chosen"}</span>
        <Button size="compact-xs" variant="default" onClick={() => input.current?.click()}>
          {prompts === null ? "Choose a file…" : "Choose another…"}
        </Button>
        <span className={styles.quiet}>Text with a prompt per line, JSONL or CSV; answers in it are left out.</span>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept={PROMPT_TYPES}
        aria-label="File of prompts"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) void take(file);
          event.currentTarget.value = "";
        }}
      />
      {refusal !== null && <FailureNotice failure={refusal} />}
      <div className={styles.pair}>
        <NativeSelect
          size="sm"
          label="Teacher"
          value={teacherId}
          data={teachers.map(({ id, name, parameterCount }) => ({
            value: id,
            label: `${name}, ${formatCount(parameterCount)} parameters`,
          }))}
          onChange={(event) => setTeacherId(event.currentTarget.value)}
        />
        <NativeSelect
          size="sm"
          label="Documents"
          value={collectionId}
          data={[
            { value: "", label: "None: from what it knows" },
            ...collections
              .filter(({ chunkCount }) => chunkCount > 0)
              .map(({ id, name, documentCount }) => ({
                value: id,
                label: `${name}, ${plural(documentCount, "document")}`,
              })),
          ]}
          onChange={(event) => setCollectionId(event.currentTarget.value)}
        />
      </div>
      {teachers.length === 1 && (
        <p className={styles.quiet}>
          {teachers[0]!.name} is the only model here. A teacher should be larger than the base it teaches: drop its GGUF
          file into the window.
        </p>
      )}
      <Textarea
        size="sm"
        label="Instruction for the teacher"
        description="Such as the form its answers take. It is not trained on, so that the adapter answers so unasked."
        inputWrapperOrder={["label", "input", "description"]}
        autosize
        minRows={2}
        maxRows={8}
        value={system}
        onChange={(event) => setSystem(event.currentTarget.value)}
      />
      <div className={styles.actions}>
        <Button
          disabled={prompts === null || teacherId === "" || isBusy}
          onClick={() =>
            prompts !== null &&
            onStart({
              path: prompts.path,
              name: prompts.name.replace(/\.[^.]*$/, ""),
              teacherId,
              collectionId: collectionId || null,
              ...(system.trim() !== "" && { system: system.trim() }),
            })
          }
        >
          Start drafting
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          Close
        </Button>
        {isBusy && <span className={styles.quiet}>Another draft is being written; pause it first.</span>}
      </div>
    </div>
  );
}

const unsent = (name: string, error: unknown): Failure => ({
  code: "file_unreadable",
  message: error instanceof Error ? error.message : String(error),
  action: "Check that the file can still be read, then choose it again.",
  details: { path: name, reason: "not sent" },
});
