import { Button, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Decision, DraftedPair } from "../../../core/contract/index.ts";
import styles from "./PairCard.module.css";
import { hasProblem, isEdited } from "./review-state.ts";

interface PairCardProps {
  pair: DraftedPair;
  isCurrent: boolean;
  isEditing: boolean;
  onSelect: () => void;
  onEdit: (edits: boolean) => void;
  onDecide: (decision: Decision, answer?: string) => void;
}

const words: Record<Decision, string> = { open: "To review", accepted: "Accepted", rejected: "Rejected" };

/** A prompt and its drafted answer, as they would be trained on. */
export function PairCard({ pair, isCurrent, isEditing, onSelect, onEdit, onDecide }: PairCardProps) {
  const { messages, answer, decision, passages, failure, line } = pair;
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isCurrent) card.current?.scrollIntoView({ block: "nearest" });
  }, [isCurrent]);
  const earlier = messages.slice(0, -1);
  return (
    <li ref={card} className={styles.card} data-decision={decision} aria-current={isCurrent} onPointerDown={onSelect}>
      <div className={styles.prompt}>
        <span className={styles.label}>Line {line}</span>
        {earlier.map(({ role, content }, index) => (
          <p key={`${index} ${role}`} className={styles.earlier}>
            <span className={styles.label}>{role}</span> {content}
          </p>
        ))}
        <p className={styles.text}>{messages.at(-1)!.content}</p>
      </div>
      <div className={styles.answer}>
        <span className={styles.state} data-decision={answer === null ? "failed" : decision}>
          {answer === null ? "No answer" : words[decision]}
          {answer !== null && isEdited(pair) && " · edited"}
        </span>
        {isEditing ? (
          <Editor pair={pair} onSave={(text) => onDecide("accepted", text)} onCancel={() => onEdit(false)} />
        ) : (
          <>
            {answer !== null && <p className={styles.text}>{answer}</p>}
            {answer === null && failure !== null && <p className={styles.problem}>{failure.message}</p>}
            {answer !== null && hasProblem(pair) && (
              <p className={styles.problem}>Cut at its limit of tokens; it may end in the middle.</p>
            )}
            {passages.length > 0 && <p className={styles.sources}>{sourcesOf(passages)}</p>}
            <div className={styles.actions}>
              {answer !== null && decision !== "accepted" && (
                <Button size="compact-xs" variant="light" color="green" onClick={() => onDecide("accepted")}>
                  Accept
                </Button>
              )}
              {answer !== null && decision !== "rejected" && (
                <Button size="compact-xs" variant="subtle" color="red" onClick={() => onDecide("rejected")}>
                  Reject
                </Button>
              )}
              {decision !== "open" && (
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onDecide("open")}>
                  Reopen
                </Button>
              )}
              <Button size="compact-xs" variant="subtle" onClick={() => onEdit(true)}>
                {answer === null ? "Write it yourself" : "Edit"}
              </Button>
            </div>
          </>
        )}
      </div>
    </li>
  );
}

/** "[1] [3] handbook.md · [2] terms.txt": each document once. */
function sourcesOf(passages: DraftedPair["passages"]): string {
  const documents = [...new Set(passages.map(({ document }) => document))];
  const marksOf = (name: string): string =>
    passages.flatMap(({ n, document }) => (document === name ? [`[${n}]`] : [])).join(" ");
  return documents.map((name) => `${marksOf(name)} ${name}`).join(" · ");
}

interface EditorProps {
  pair: DraftedPair;
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** Ctrl+Enter accepts what is typed, Escape leaves the answer as it was. */
function Editor({ pair: { answer, drafted, messages }, onSave, onCancel }: EditorProps) {
  const [text, setText] = useState(answer ?? "");
  const isEmpty = text.trim() === "";
  return (
    <>
      <Textarea
        data-autofocus
        autoFocus
        autosize
        minRows={2}
        maxRows={16}
        aria-label={`Answer to ${messages.at(-1)!.content.slice(0, 80)}`}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isEmpty) onSave(text);
        }}
      />
      <div className={styles.actions}>
        <Button size="compact-xs" disabled={isEmpty} onClick={() => onSave(text)}>
          Accept it so
        </Button>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onCancel}>
          Leave it
        </Button>
        {drafted !== null && text !== drafted && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setText(drafted)}>
            Back to the draft
          </Button>
        )}
      </div>
    </>
  );
}
