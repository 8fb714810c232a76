import { ActionIcon, Progress, Tooltip } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Arm, Citation, Comparison } from "../../../core/contract/index.ts";
import { usesRetrieval } from "../../../core/contract/index.ts";
import { ArmGlyph } from "../../parts/ArmGlyph.tsx";
import { armDescriptions, armNames, armPurposes } from "../../parts/arms.ts";
import { CopyAction } from "../../parts/CopyAction.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatEta } from "../../parts/format.ts";
import { DetailsIcon } from "../../parts/icons.tsx";
import { AnswerText } from "./AnswerText.tsx";
import styles from "./ArmPane.module.css";
import { ArmNumbers } from "./ArmNumbers.tsx";
import type { ArmView } from "./comparison-state.ts";

interface ArmPaneProps {
  pane: ArmView;
  /** Position in the order of running, 1-based; null when not asked. */
  position: number | null;
  isSearching: boolean;
  isIdle: boolean;
  retrievalMs: number | null;
  earlier: readonly Comparison[];
  onOpenCitation: (citation: Citation) => void;
  onOpenDetails: (arm: Arm) => void;
}

/** One of the four panes: what the arm says, how far it is, and what it took. */
export function ArmPane(props: ArmPaneProps) {
  const { pane, position, isSearching, isIdle, earlier, onOpenCitation, onOpenDetails } = props;
  const { arm, status, answer } = pane;
  const body = useFollowedScroll(pane.text.length + pane.thoughts.length, status === "streaming");
  return (
    <section
      className={styles.pane}
      data-arm={arm}
      data-status={status}
      aria-label={`${armNames[arm]}: ${armDescriptions[arm]}`}
      tabIndex={-1}
      id={`arm-${arm}`}
    >
      <header className={styles.header}>
        <ArmGlyph arm={arm} />
        <h2 className={styles.name}>{armNames[arm]}</h2>
        <span className={styles.description}>{armDescriptions[arm]}</span>
        <span className={styles.actions}>
          <ArmState pane={pane} />
          {answer !== null && answer.text !== "" && (
            <CopyAction text={answer.text} label={`Copy the answer of ${armNames[arm]}`} />
          )}
          {answer !== null && (
            <Tooltip label="Exact prompt and settings">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={`Details of ${armNames[arm]}`}
                onClick={() => onOpenDetails(arm)}
              >
                <DetailsIcon />
              </ActionIcon>
            </Tooltip>
          )}
        </span>
      </header>
      <div className={styles.body} ref={body} tabIndex={0} role="group" aria-label={`Answer of ${armNames[arm]}`}>
        {earlier.map((turn) => (
          <EarlierTurn key={turn.id} turn={turn} arm={arm} onOpenCitation={onOpenCitation} />
        ))}
        {status === "absent" && <p className={styles.quiet}>{isIdle ? armPurposes[arm] : "Not asked this time."}</p>}
        {status === "queued" && (
          <p className={styles.quiet}>{queuedWords(position, isSearching && usesRetrieval(arm))}</p>
        )}
        {pane.prefill !== null && <Prefill {...pane.prefill} />}
        {pane.thoughts !== "" && (
          <details className={styles.thoughts}>
            <summary>Thoughts</summary>
            <p>{pane.thoughts}</p>
          </details>
        )}
        {pane.text !== "" && (
          <AnswerText
            text={pane.text}
            citations={answer?.citations ?? []}
            isStreaming={status === "streaming"}
            onOpenCitation={onOpenCitation}
          />
        )}
        {status === "done" && pane.text === "" && (
          <p className={styles.quiet}>The model ended without saying anything.</p>
        )}
        {status === "stopped" && pane.text === "" && <p className={styles.quiet}>Stopped before it began.</p>}
        {answer?.failure != null && <FailureNotice failure={answer.failure} />}
        {answer !== null && answer.unresolvedCitations.length > 0 && (
          <p className={styles.quiet}>{unresolvedWords(answer.unresolvedCitations)}</p>
        )}
      </div>
      {answer !== null && status !== "failed" && (
        <ArmNumbers answer={answer} retrievalMs={usesRetrieval(arm) ? props.retrievalMs : null} />
      )}
    </section>
  );
}

/** One word for how the arm is, at the right of its header. */
function ArmState({ pane: { status, answer } }: { pane: ArmView }) {
  if (answer?.identical != null) {
    const words = answer.identical ? "Identical" : "Differs";
    return (
      <span className={styles.state} data-tone={answer.identical ? "good" : "bad"}>
        {words}
      </span>
    );
  }
  if (answer?.reused) {
    return (
      <Tooltip label="Nothing that determines this answer changed, so the stored one was taken.">
        <span className={styles.state}>Reused</span>
      </Tooltip>
    );
  }
  const words = {
    absent: "",
    queued: "Queued",
    prefill: "Reading",
    streaming: "Answering",
    done: "",
    failed: "Failed",
    stopped: "Stopped",
  }[status];
  return words === "" ? null : (
    <span className={styles.state} data-tone={status === "failed" ? "bad" : undefined}>
      {words}
    </span>
  );
}

function Prefill({ doneTokens, promptTokens, etaMs }: NonNullable<ArmView["prefill"]>) {
  const percent = promptTokens === 0 ? 0 : Math.min(100, Math.round((doneTokens / promptTokens) * 100));
  return (
    <div className={styles.prefill}>
      <Progress value={percent} size="sm" aria-label="Prompt read" color="var(--arm-color)" />
      <p className={styles.quiet}>
        Reading the prompt: {percent}% of {promptTokens.toLocaleString("en")} tokens
        {etaMs !== null && etaMs > 0 && `, ${formatEta(etaMs)} left`}
      </p>
    </div>
  );
}

function EarlierTurn({
  turn,
  arm,
  onOpenCitation,
}: {
  turn: Comparison;
  arm: Arm;
  onOpenCitation: (citation: Citation) => void;
}) {
  const answer = turn.arms.find((candidate) => candidate.arm === arm);
  return (
    <div className={styles.earlier}>
      <p className={styles.question}>{turn.question}</p>
      {answer === undefined || answer.text === "" ? (
        <p className={styles.quiet}>No answer.</p>
      ) : (
        <AnswerText
          text={answer.text}
          citations={answer.citations}
          isStreaming={false}
          onOpenCitation={onOpenCitation}
        />
      )}
    </div>
  );
}

const queuedWords = (position: number | null, isSearching: boolean): string => {
  if (isSearching) return "Searching your documents…";
  return position === null || position === 1 ? "Starting…" : `Number ${position} in the order.`;
};

function unresolvedWords(numbers: readonly number[]): string {
  const marks = numbers.map((n) => `[${n}]`).join(", ");
  return numbers.length === 1
    ? `${marks} points to no passage of the prompt.`
    : `${marks} point to no passages of the prompt.`;
}

/** Keeps the end in sight while an answer grows, unless the reader has scrolled up. */
function useFollowedScroll(length: number, isGrowing: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const pane = element.current;
    if (pane === null) return;
    const remember = (): void => void (isAtEnd.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24);
    pane.addEventListener("scroll", remember, { passive: true });
    return () => pane.removeEventListener("scroll", remember);
  }, []);
  useEffect(() => {
    const pane = element.current;
    if (pane !== null && isGrowing && isAtEnd.current) pane.scrollTop = pane.scrollHeight;
  }, [length, isGrowing]);
  return element;
}
