import { Drawer, UnstyledButton } from "@mantine/core";
import type { Comparison } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import { ArmGlyph } from "../../parts/ArmGlyph.tsx";
import { armNames } from "../../parts/arms.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import styles from "./HistoryDrawer.module.css";
import { replayWords } from "./replay-words.ts";

interface HistoryDrawerProps {
  isOpen: boolean;
  onClose: () => void;
  onPick: (comparison: Comparison) => void;
}

/** Every stored comparison, newest first. */
export function HistoryDrawer({ isOpen, onClose, onPick }: HistoryDrawerProps) {
  const list = useLive(isOpen ? "list" : null, ["comparisons"], (engine, _key, options) =>
    engine.comparison.list({ limit: 200 }, options),
  );
  const originalOf = ({ replayOf }: Comparison): Comparison | undefined =>
    list.value?.find(({ id }) => id === replayOf);
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size="md"
      title="History"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {list.failure !== null && <FailureNotice failure={list.failure} />}
      {list.value?.length === 0 && (
        <p>No question has been asked in this workspace yet. Answers you get are kept here.</p>
      )}
      <ul className={styles.list}>
        {list.value?.map((comparison) => (
          <li key={comparison.id}>
            <UnstyledButton className={styles.entry} onClick={() => onPick(comparison)}>
              <span className={styles.question}>{comparison.question}</span>
              <span className={styles.facts}>
                {when(comparison.askedAt)} · {comparison.modelName}
                {comparison.turn > 0 && ` · follow-up ${comparison.turn}`}
                {comparison.replayOf !== null && ` · ${replayWords(comparison, originalOf(comparison))}`}
              </span>
              <span
                className={styles.arms}
                role="img"
                aria-label={comparison.arms.map(({ arm }) => armNames[arm]).join(", ")}
              >
                {comparison.arms.map(({ arm }) => (
                  <ArmGlyph key={arm} arm={arm} />
                ))}
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

const when = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
