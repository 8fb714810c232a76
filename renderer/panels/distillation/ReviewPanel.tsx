import { Button, Kbd, SegmentedControl, TextInput, VisuallyHidden } from "@mantine/core";
import type { DistillationDraft } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { ConfirmButton } from "../../parts/ConfirmButton.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import { PairCard } from "./PairCard.tsx";
import { countPairs, type ReviewFilter } from "./review-state.ts";
import styles from "./ReviewPanel.module.css";
import { useReview } from "./use-review.ts";

interface ReviewPanelProps {
  draft: DistillationDraft;
  onClose: () => void;
  /** Takes the written dataset to the training form. */
  onTrain: (path: string) => void;
}

const filters: { value: ReviewFilter; label: string }[] = [
  { value: "open", label: "To review" },
  { value: "accepted", label: "Accepted" },
  { value: "rejected", label: "Rejected" },
  { value: "edited", label: "Edited" },
  { value: "problems", label: "Problems" },
  { value: "all", label: "All" },
];

/** Drafted answers before they are trained on: read, accepted, mended or rejected, one key each. */
export function ReviewPanel({ draft, onClose, onTrain }: ReviewPanelProps) {
  const review = useReview(draft.id);
  const writing = useCall((engine, input: { draftId: string }, options) => engine.distillation.export(input, options));
  const pairs = review.pairs ?? [];
  const open = countPairs(pairs, "open");
  const accepted = countPairs(pairs, "accepted");

  async function train(): Promise<void> {
    const written = await writing.run({ draftId: draft.id });
    if (written !== null) onTrain(written.path);
  }

  return (
    <main className={styles.panel} aria-label="Review of drafted answers">
      <header className={styles.header}>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={onClose}>
          ← Train
        </Button>
        <h1 className={styles.title}>{draft.name}</h1>
        <span className={styles.quiet}>
          by {draft.teacher}
          {draft.collection !== null && ` from ${draft.collection}`}
          {draft.state === "running" && ", still being written"}
        </span>
        <div className={styles.ends}>
          <ConfirmButton
            variant="default"
            disabled={open === 0}
            consequence={`${plural(open, "answer")} would be trained on unseen. Those cut at their limit stay to review.`}
            confirm="Accept all"
            keep="Review them"
            onConfirm={review.acceptAll}
          >
            Accept all
          </ConfirmButton>
          <Button disabled={accepted === 0} loading={writing.state.status === "running"} onClick={() => void train()}>
            Train with {accepted === 0 ? "accepted ones" : plural(accepted, "pair")}
          </Button>
        </div>
      </header>
      {writing.state.status === "failed" && <FailureNotice failure={writing.state.failure} />}
      {review.failure !== null && <FailureNotice failure={review.failure} />}
      <div className={styles.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Which answers are shown"
          value={review.filter}
          onChange={(value) => review.setFilter(value as ReviewFilter)}
          data={filters.map(({ value, label }) => ({ value, label: `${label} ${countPairs(pairs, value)}` }))}
        />
        <TextInput
          size="xs"
          className={styles.search}
          placeholder="Words in prompt or answer"
          aria-label="Search prompts and answers"
          value={review.search}
          onChange={(event) => review.setSearch(event.currentTarget.value)}
        />
        <span className={styles.keys}>
          <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> next, previous · <Kbd size="xs">a</Kbd> accept ·{" "}
          <Kbd size="xs">r</Kbd> reject · <Kbd size="xs">e</Kbd> edit
        </span>
      </div>
      {review.shown.length === 0 && review.pairs !== null && <p className={styles.empty}>{emptyWords(review, open)}</p>}
      <ul className={styles.pairs} aria-label="Drafted answers">
        {review.shown.map((pair) => (
          <PairCard
            key={pair.position}
            pair={pair}
            isCurrent={pair.position === review.current}
            isEditing={pair.position === review.editing}
            onSelect={() => review.setCurrent(pair.position)}
            onEdit={(edits) => review.setEditing(edits ? pair.position : null)}
            onDecide={(decision, answer) => review.decide(pair.position, decision, answer)}
          />
        ))}
      </ul>
      <VisuallyHidden>
        <p role="status">
          {accepted} accepted, {open} to review.
        </p>
      </VisuallyHidden>
    </main>
  );
}

function emptyWords({ filter, search }: { filter: ReviewFilter; search: string }, open: number): string {
  if (search.trim() !== "") return "No prompt or answer here holds these words.";
  if (filter === "open" && open === 0) return "Nothing is left to review.";
  return filter === "all" ? "No answer is written yet." : "None of the answers.";
}
