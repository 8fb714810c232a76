import { Button, Progress } from "@mantine/core";
import type { DistillationDraft } from "../../../core/contract/index.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatEta, plural } from "../../parts/format.ts";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import styles from "./DraftList.module.css";
import type { DistillationHandle } from "./use-distillation.ts";
import type { Writing } from "./writing-state.ts";

/** Every draft of the workspace, the one being written with its words as they come. */
export function DraftList({ distillation }: { distillation: DistillationHandle }) {
  const { drafts, writing, review, resume, pause, remove } = distillation;
  const list = drafts.value ?? [];
  if (writing !== null && writing.draftId === null) {
    return (
      <p className={styles.facts} role="status">
        Reading the prompts…
      </p>
    );
  }
  if (list.length === 0) return null;
  return (
    <ul className={styles.drafts} aria-label="Drafts">
      {list.map((draft) => (
        <li key={draft.id} className={styles.draft}>
          <div className={styles.line}>
            <div className={styles.words}>
              <span className={styles.name}>{draft.name}</span>
              <span className={styles.facts}>{facts(draft)}</span>
            </div>
            {draft.counts.answered > 0 && (
              <Button
                size="compact-xs"
                variant={draft.counts.open > 0 && draft.state !== "running" ? "filled" : "default"}
                onClick={() => review(draft.id)}
              >
                Review
              </Button>
            )}
            {draft.state === "running" && (
              <Button size="compact-xs" variant="default" onClick={() => pause(draft.id)}>
                Pause
              </Button>
            )}
            {canGoOn(draft) && (
              <Button size="compact-xs" variant="default" disabled={writing !== null} onClick={() => resume(draft.id)}>
                {draft.state === "paused" ? "Resume" : "Try the failed ones"}
              </Button>
            )}
            <RemoveAction
              what={draft.name}
              consequence={`${plural(draft.counts.answered, "drafted answer")} of ${draft.name} are deleted. Datasets written from it stay.`}
              onRemove={() => remove(draft.id)}
            />
          </div>
          {draft.failure !== null && draft.state === "paused" && <FailureNotice failure={draft.failure} />}
          {writing?.draftId === draft.id && <Moving writing={writing} />}
        </li>
      ))}
    </ul>
  );
}

const canGoOn = ({ state, counts }: DistillationDraft): boolean =>
  state === "paused" || (state === "finished" && counts.failed > 0);

/** As much of an answer as fits into a line or two. */
const SHOWN_CHARACTERS = 160;

function Moving({ writing: { done, prompts, etaMs, isLoading, text } }: { writing: Writing }) {
  const tail = text.length > SHOWN_CHARACTERS ? `…${text.slice(-SHOWN_CHARACTERS)}` : text;
  return (
    <div className={styles.moving}>
      <div className={styles.facts}>
        {isLoading ? "Loading the teacher…" : etaMs === null ? "Writing…" : `${formatEta(etaMs)} left`}
      </div>
      <Progress value={prompts === 0 ? 0 : (100 * done) / prompts} aria-label="Answers drafted" />
      <p className={styles.text}>{tail}</p>
    </div>
  );
}

function facts({ teacher, collection, counts, malformed }: DistillationDraft): string {
  const { prompts, answered, failed, open, accepted, rejected } = counts;
  return [
    collection === null ? teacher : `${teacher} from ${collection}`,
    answered === prompts
      ? plural(prompts, "answer")
      : `${answered.toLocaleString("en")} of ${plural(prompts, "answer")}`,
    ...(open > 0 ? [`${open.toLocaleString("en")} to review`] : []),
    ...(accepted > 0 ? [`${accepted.toLocaleString("en")} accepted`] : []),
    ...(rejected > 0 ? [`${rejected.toLocaleString("en")} rejected`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString("en")} failed`] : []),
    ...(malformed.length > 0 ? [`${plural(malformed.length, "line")} left out`] : []),
  ].join(" · ");
}
