import { Button, Group } from "@mantine/core";
import type { ImportJob } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import styles from "./InterruptedImports.module.css";
import { fileName } from "./intake-state.ts";

/** Imports that a crash, a closed window or a stop left unfinished: continued or forgotten, as the user says. */
export function InterruptedImports({ onContinue }: { onContinue: (job: ImportJob) => void }) {
  const jobs = useLive("imports", ["imports"], (engine, _key, options) => engine.imports.list({}, options));
  const cancel = useCall((engine, input: { importId: string }, options) => engine.imports.cancel(input, options));
  const interrupted = (jobs.value ?? []).filter(({ state }) => state === "interrupted");
  return interrupted.map((job) => (
    <section key={job.id} className={styles.job} aria-label="Interrupted import">
      <p className={styles.words}>
        The import of {pathWords(job.paths)} into {job.collection} was interrupted
        {job.total > 0 && ` at ${job.done} of ${job.total} documents`}. What was finished is stored.
      </p>
      <Group gap="xs" justify="flex-end">
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void cancel.run({ importId: job.id })}>
          Forget it
        </Button>
        <Button size="compact-xs" onClick={() => onContinue(job)}>
          Continue
        </Button>
      </Group>
    </section>
  ));
}

function pathWords(paths: string[]): string {
  const [first] = paths;
  const more = paths.length - 1;
  return more === 0 ? fileName(first!) : `${fileName(first!)} and ${more} more`;
}
