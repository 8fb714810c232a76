import { Button, Kbd, SegmentedControl, Textarea } from "@mantine/core";
import { type KeyboardEvent, type Ref, useState } from "react";
import styles from "./QuestionBox.module.css";

interface QuestionBoxProps {
  inputRef: Ref<HTMLTextAreaElement>;
  value: string;
  onChange: (question: string) => void;
  isRunning: boolean;
  /** Why nothing can be asked now; null when it can. */
  blockedBy: string | null;
  /** Whether there is a thread to go on with. */
  canFollowUp: boolean;
  onAsk: (isFollowUp: boolean) => void;
  onStop: () => void;
}

/** Where the question is typed: Enter asks, Shift+Enter breaks the line, Esc stops. */
export function QuestionBox({
  inputRef,
  value,
  onChange,
  isRunning,
  blockedBy,
  canFollowUp,
  onAsk,
  onStop,
}: QuestionBoxProps) {
  const [wantsFollowUp, setFollowUp] = useState(false);
  const isFollowUp = canFollowUp && wantsFollowUp;
  const canAsk = value.trim() !== "" && !isRunning && blockedBy === null;

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (canAsk) onAsk(isFollowUp);
  }

  return (
    <form
      className={styles.box}
      onSubmit={(event) => {
        event.preventDefault();
        if (canAsk) onAsk(isFollowUp);
      }}
    >
      <Textarea
        ref={inputRef}
        className={styles.input}
        aria-label="Question"
        aria-describedby="question-hint"
        placeholder={
          isFollowUp ? "Ask on: every arm sees its own earlier answers" : "Ask one question, get four answers"
        }
        autosize
        minRows={1}
        maxRows={6}
        size="md"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        autoFocus
      />
      {isRunning ? (
        <Button size="md" color="red" variant="light" onClick={onStop}>
          Stop
        </Button>
      ) : (
        <Button size="md" type="submit" disabled={!canAsk}>
          Ask
        </Button>
      )}
      <div className={styles.hint} id="question-hint">
        {canFollowUp && (
          <SegmentedControl
            size="xs"
            aria-label="What this question is"
            value={isFollowUp ? "follow-up" : "new"}
            onChange={(choice) => setFollowUp(choice === "follow-up")}
            data={[
              { value: "new", label: "New question" },
              { value: "follow-up", label: "Follow-up" },
            ]}
          />
        )}
        {blockedBy === null ? (
          <span className={styles.keys}>
            <Kbd size="xs">Enter</Kbd> asks <Kbd size="xs">Shift</Kbd>+<Kbd size="xs">Enter</Kbd> new line{" "}
            <Kbd size="xs">Esc</Kbd> stops <Kbd size="xs">/</Kbd> question <Kbd size="xs">1</Kbd>–<Kbd size="xs">4</Kbd>{" "}
            answers
          </span>
        ) : (
          <span>{blockedBy}</span>
        )}
      </div>
    </form>
  );
}
