import { Button, Progress } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import type { DatasetReport } from "../../../core/contract/training.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { DropIcon } from "../../parts/icons.tsx";
import styles from "./DatasetSection.module.css";
import { DatasetReportView } from "./DatasetReportView.tsx";
import { DATASET_TYPES } from "./route-files.ts";
import { Section } from "./Section.tsx";
import type { DatasetHandle } from "./use-dataset.ts";

interface DatasetSectionProps {
  dataset: DatasetHandle;
  /** As the plan knows it, with the tokens of its base counted; null while there is no plan of it. */
  planned: DatasetReport | null;
  /** Files of a drop onto the section or of its picker. */
  onFiles: (files: readonly File[]) => void;
}

/** The pairs a run learns from, and what is wrong with them. */
export function DatasetSection({ dataset, planned, onFiles }: DatasetSectionProps) {
  const { file, report, isReading } = dataset;
  return (
    <Section
      number={1}
      title="Dataset"
      aside={
        file.status !== "none" && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={dataset.drop}>
            Choose another
          </Button>
        )
      }
    >
      {file.status === "none" ? (
        <DatasetDrop onFiles={onFiles} />
      ) : (
        <p className={styles.file} title={file.status === "ready" ? file.path : undefined}>
          {file.name}
        </p>
      )}
      {file.status === "sending" && (
        <div className={styles.reading} role="status">
          Sending it to the engine…
          <Progress value={file.fraction * 100} size="sm" aria-label={`Sending ${file.name}`} />
        </div>
      )}
      {file.status === "failed" && <FailureNotice failure={file.failure} />}
      {file.status === "ready" && report.failure !== null && <FailureNotice failure={report.failure} />}
      {file.status === "ready" && isReading && report.value === null && (
        <p className={styles.quiet} role="status">
          Reading it and counting tokens…
        </p>
      )}
      {file.status === "ready" && report.value !== null && (
        <DatasetReportView
          report={planned ?? report.value}
          skipsMalformed={dataset.skipsMalformed}
          onSkipMalformed={dataset.setSkipsMalformed}
        />
      )}
    </Section>
  );
}

function DatasetDrop({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  return (
    <>
      <Dropzone
        className={styles.drop}
        onDrop={onFiles}
        multiple={false}
        aria-label="Choose a dataset"
        inputProps={{ "aria-label": "Dataset file", accept: DATASET_TYPES }}
      >
        <span className={styles.dropWords}>
          <DropIcon /> Drop a dataset here, or click
        </span>
        <span className={styles.formats}>
          JSONL of chats, prompt and completion, Alpaca or ShareGPT · CSV with a header
        </span>
      </Dropzone>
      <p className={styles.quiet}>
        Pairs of a prompt and the answer it should get, one per line. 100 to 1,000 consistent pairs is the right order:
        they teach a form, a tone or a task. Facts are better given as documents.
      </p>
      <pre className={styles.example} aria-label="Example of a line">
        {'{"prompt": "Reset my password", "completion": "{\\"topic\\": \\"account\\"}"}'}
      </pre>
    </>
  );
}
