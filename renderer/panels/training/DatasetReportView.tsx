import { Checkbox } from "@mantine/core";
import type { ReactNode } from "react";
import type { DatasetReport } from "../../../core/contract/training.ts";
import { plural } from "../../parts/format.ts";
import { WarningIcon } from "../../parts/icons.tsx";
import styles from "./DatasetReportView.module.css";
import { LengthHistogram } from "./LengthHistogram.tsx";
import { PassagesFacts } from "./PassagesFacts.tsx";

interface DatasetReportViewProps {
  report: DatasetReport;
  skipsMalformed: boolean;
  onSkipMalformed: (skips: boolean) => void;
}

const formats: Record<DatasetReport["format"], string> = {
  messages: "chat messages",
  "prompt-completion": "prompt and completion",
  alpaca: "Alpaca",
  sharegpt: "ShareGPT",
  csv: "CSV",
  mixed: "several formats",
};

/** As many as a reader looks through. */
const SHOWN_LINES = 200;

/** What is said of a dataset before anything is trained on it. */
export function DatasetReportView({ report, skipsMalformed, onSkipMalformed }: DatasetReportViewProps) {
  const { examples, splits, format, malformed, duplicates, nearDuplicates, contradictions, leaks } = report;
  const { answerForm, lengths, advice } = report;
  return (
    <div className={styles.report}>
      <dl className={styles.figures}>
        <Figure name="Examples" value={examples} note={formats[format]} />
        {report.distinctPrompts < examples && (
          <Figure name="Prompts" value={report.distinctPrompts} note="different ones" />
        )}
        <Figure name="To train on" value={splits.train} />
        <Figure name="Validation" value={splits.validation} note="set aside" />
        <Figure name="Test" value={splits.test} note="held out" />
      </dl>
      {advice.length > 0 && (
        <ul className={styles.advice} aria-label="Advice">
          {advice.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {malformed.length > 0 && (
        <div className={styles.malformed}>
          <Finding name={`${plural(malformed.length, "line")} cannot be read`}>
            {malformed.slice(0, SHOWN_LINES).map(({ line, problem }) => (
              <li key={line}>
                Line {line}: {problem}
              </li>
            ))}
          </Finding>
          <Checkbox
            size="sm"
            checked={skipsMalformed}
            onChange={(event) => onSkipMalformed(event.currentTarget.checked)}
            label={malformed.length === 1 ? "Train without this line" : `Train without these ${malformed.length} lines`}
          />
        </div>
      )}
      <Pairs
        name={`${plural(contradictions.length, "contradiction")}: same prompt, other answer`}
        pairs={contradictions}
      />
      <Pairs name={`${plural(leaks.length, "leak")} between the splits`} pairs={leaks} word="nearly repeats" />
      <Pairs name={`${plural(duplicates.length, "duplicate")}, trained on once`} pairs={duplicates} word="repeats" />
      <Pairs
        name={`${plural(nearDuplicates.length, "near duplicate")}: other case, spacing or punctuation`}
        pairs={nearDuplicates}
        word="nearly repeats"
      />
      {lengths !== null && lengths.tooLong.length > 0 && (
        <Finding
          name={`${plural(lengths.tooLong.length, "example")} longer than ${lengths.sequenceLength} tokens, left out`}
        >
          {lengths.tooLong.slice(0, SHOWN_LINES).map(({ line, tokens }) => (
            <li key={line}>
              Line {line}: {tokens.toLocaleString("en")} tokens
            </li>
          ))}
        </Finding>
      )}
      {answerForm !== null && answerForm.outliers.length > 0 && (
        <Finding name={`${plural(answerForm.outliers.length, "answer")} of another form`}>
          {answerForm.outliers.slice(0, SHOWN_LINES).map(({ line, why }) => (
            <li key={line}>
              Line {line}: the answer {why}
            </li>
          ))}
        </Finding>
      )}
      {report.passages !== null && <PassagesFacts found={report.passages} />}
      {answerForm !== null && (
        <p className={styles.form}>
          {share(answerForm.share)} of the answers are {answerForm.form}.
        </p>
      )}
      {lengths !== null ? (
        <LengthHistogram lengths={lengths} />
      ) : (
        <p className={styles.quiet}>How long the examples are is counted for a base, with the plan.</p>
      )}
    </div>
  );
}

function Figure({ name, value, note }: { name: string; value: number; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value.toLocaleString("en")} {note !== undefined && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  );
}

function Pairs({ name, pairs, word = "against" }: { name: string; pairs: DatasetReport["leaks"]; word?: string }) {
  if (pairs.length === 0) return null;
  return (
    <Finding name={name}>
      {pairs.slice(0, SHOWN_LINES).map(({ line, sameAs }) => (
        <li key={line}>
          Line {line} {word} line {sameAs}
        </li>
      ))}
    </Finding>
  );
}

function Finding({ name, children }: { name: string; children: ReactNode }) {
  return (
    <details className={styles.finding}>
      <summary>
        <WarningIcon /> {name}
      </summary>
      <ul>{children}</ul>
    </details>
  );
}

/** 99.6 % must not read as all of them. */
const share = (value: number): string => (value === 1 ? "All" : `${Math.floor(value * 100)} %`);
