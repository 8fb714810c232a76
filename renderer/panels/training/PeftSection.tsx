import { Button, Group, Loader, Progress } from "@mantine/core";
import { type RefObject, useRef } from "react";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes } from "../../parts/format.ts";
import styles from "./DatasetSection.module.css";
import { LayerBars } from "./LayerBars.tsx";
import { Section } from "./Section.tsx";
import type { PeftImportHandle } from "./use-peft-import.ts";

interface PeftSectionProps {
  peft: PeftImportHandle;
  /** The picked base, for which it is converted. */
  baseName: string | null;
  onCompare: (adapterId: string) => void;
}

/** Adapters trained elsewhere, made into GGUF. */
export function PeftSection({ peft, baseName, onCompare }: PeftSectionProps) {
  const { state } = peft;
  return (
    <Section title="Import a PEFT adapter">
      {(state.status === "idle" || state.status === "failed") && <Pickers peft={peft} baseName={baseName} />}
      {state.status === "sending" && (
        <div className={styles.reading} role="status">
          Sending {state.name} to the engine…
          <Progress value={state.fraction * 100} size="sm" aria-label={`Sending ${state.name}`} />
        </div>
      )}
      {state.status === "converting" && (
        <p className={styles.quiet} role="status">
          <Loader size="xs" /> Converting it for {baseName}…
        </p>
      )}
      {state.status === "failed" && <FailureNotice failure={state.failure} />}
      {state.status === "done" && (
        <>
          <p className={styles.file}>{state.adapter.name}</p>
          <p className={styles.quiet}>
            {formatBytes(state.adapter.sizeBytes)} · {state.adapter.path}
          </p>
          <LayerBars report={state.report} />
          <Group gap="xs">
            <Button onClick={() => onCompare(state.adapter.id)}>Compare with it</Button>
            <Button variant="subtle" color="gray" onClick={peft.close}>
              Close
            </Button>
          </Group>
        </>
      )}
    </Section>
  );
}

function Pickers({ peft, baseName }: { peft: PeftImportHandle; baseName: string | null }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <>
      <p className={styles.quiet}>
        The folder of an adapter trained with PEFT (adapter_config.json and adapter_model.safetensors) becomes a GGUF
        adapter for {baseName ?? "the base you pick"}. What GGUF cannot hold is refused in words.
      </p>
      <Group gap="xs">
        <Button size="xs" variant="default" disabled={baseName === null} onClick={() => folder.current?.click()}>
          Choose its folder…
        </Button>
        <Button size="xs" variant="default" disabled={baseName === null} onClick={() => files.current?.click()}>
          Choose its two files…
        </Button>
      </Group>
      <FileInput input={files} label="Files of a PEFT adapter" onFiles={peft.take} />
      <FileInput input={folder} label="Folder of a PEFT adapter" onFiles={peft.take} isFolder />
    </>
  );
}

interface FileInputProps {
  input: RefObject<HTMLInputElement | null>;
  label: string;
  onFiles: (files: readonly File[]) => void;
  isFolder?: boolean;
}

function FileInput({ input, label, onFiles, isFolder = false }: FileInputProps) {
  return (
    <input
      ref={input}
      type="file"
      hidden
      multiple
      aria-label={label}
      // React does not know the attribute by another name.
      {...(isFolder ? { webkitdirectory: "" } : { accept: ".json,.safetensors" })}
      onChange={(event) => {
        onFiles([...(event.currentTarget.files ?? [])]);
        event.currentTarget.value = "";
      }}
    />
  );
}
