import { Button, Drawer, Loader, NumberInput, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Candidate, Retrieval, RetrievalFilter } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { CandidateTable } from "./CandidateTable.tsx";
import { ExplainedPrompts } from "./ExplainedPrompts.tsx";
import { everything } from "./filter-words.ts";
import { FilterFields } from "./FilterFields.tsx";
import drawer from "../../styles/drawer.module.css";
import styles from "./InspectorDrawer.module.css";
import { SearchFacts } from "./SearchFacts.tsx";

/** What is to be explained: a search that was made, or one to be typed. */
export interface InspectorTarget {
  /** At least one, the first asked first. */
  collections: { id: string; name: string }[];
  question: string;
  modelId: string | null;
  adapters: { modelId: string; scale: number }[];
  /** Of the answer it is about; null for a search of its own. */
  retrieval: Retrieval | null;
}

interface InspectorDrawerProps {
  /** Null keeps the drawer shut. */
  target: InspectorTarget | null;
  onClose: () => void;
  onOpenPassage: (passage: Candidate) => void;
}

/** Why these passages: every step between a question and the passages in its prompt. */
export function InspectorDrawer({ target, onClose, onOpenPassage }: InspectorDrawerProps) {
  return (
    <Drawer
      opened={target !== null}
      onClose={onClose}
      position="right"
      size="min(1180px, 100vw)"
      title={target === null ? "" : `Why these passages? · ${target.collections.map(({ name }) => name).join(", ")}`}
      closeButtonProps={{ "aria-label": "Close" }}
      classNames={{ title: styles.title }}
    >
      {target !== null && (
        <Inspector
          key={`${target.collections.map(({ id }) => id).join(" ")} ${target.question}`}
          target={target}
          onOpenPassage={onOpenPassage}
        />
      )}
    </Drawer>
  );
}

function Inspector({
  target,
  onOpenPassage,
}: {
  target: InspectorTarget;
  onOpenPassage: (passage: Candidate) => void;
}) {
  const { collections, modelId, adapters, retrieval } = target;
  const collectionIds = collections.map(({ id }) => id);
  const [question, setQuestion] = useState(retrieval?.searchedFor ?? target.question);
  const [topK, setTopK] = useState<number | null>(null);
  const [filter, setFilter] = useState<RetrievalFilter>(retrieval?.filter ?? everything);
  const explain = useCall((engine, input: { checkIndex: boolean }, options) =>
    engine.retrieval.explain(
      {
        collectionId: collectionIds[0]!,
        otherCollectionIds: collectionIds.slice(1),
        question,
        filter,
        adapters,
        ...(modelId !== null && { modelId }),
        ...(topK !== null && { topK }),
        settings: retrieval?.settings ?? {},
        ...input,
      },
      options,
    ),
  );
  const { state, run } = explain;
  const isRunning = state.status === "running";
  const canSearch = question.trim() !== "";
  useEffect(() => {
    if (target.question.trim() !== "") void run({ checkIndex: false });
  }, [run, target.question]);

  return (
    <div className={drawer.body}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (canSearch) void run({ checkIndex: false });
        }}
      >
        <TextInput
          className={styles.question}
          label="Question"
          value={question}
          placeholder="What would somebody ask?"
          onChange={(event) => setQuestion(event.currentTarget.value)}
          data-autofocus
        />
        <NumberInput
          className={styles.topK}
          label="Passages"
          placeholder="model's"
          min={1}
          max={50}
          allowDecimal={false}
          value={topK ?? ""}
          onChange={(value) => setTopK(typeof value === "number" ? value : null)}
        />
        <Button type="submit" disabled={!canSearch || isRunning}>
          Search
        </Button>
        <FilterFields collectionIds={collectionIds} filter={filter} onChange={setFilter} />
      </form>
      {isRunning && (
        <p className={styles.running} role="status">
          <Loader size="xs" /> Searching, and laying out the prompts…
        </p>
      )}
      {state.status === "failed" && <FailureNotice failure={state.failure} />}
      {state.status === "idle" && <p className={styles.running}>Type a question to see what it finds, and why.</p>}
      {state.status === "done" && (
        <>
          <SearchFacts explanation={state.value} onCheckIndex={() => void run({ checkIndex: true })} />
          <CandidateTable explanation={state.value} onOpenPassage={onOpenPassage} />
          <ExplainedPrompts prompts={state.value.prompts} failure={state.value.promptFailure} />
        </>
      )}
    </div>
  );
}
