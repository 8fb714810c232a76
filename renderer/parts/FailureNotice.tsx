import type { ReactNode } from "react";
import type { Failure } from "../../core/contract/index.ts";
import { formatBytes } from "./format.ts";
import { WarningIcon } from "./icons.tsx";
import styles from "./FailureNotice.module.css";

interface FailureNoticeProps {
  failure: Failure;
  /** Buttons that carry out the action, where one click can. */
  children?: ReactNode;
}

/** Every failure is shown like this: what went wrong, then what to do. */
export function FailureNotice({ failure, children }: FailureNoticeProps) {
  return (
    <div className={styles.notice} role="alert" data-failure={failure.code}>
      <span className={styles.icon}>
        <WarningIcon />
      </span>
      <div className={styles.words}>
        <p className={styles.message}>{failure.message}</p>
        <p>{failure.action}</p>
        <Figures failure={failure} />
        {Boolean(children) && <div className={styles.buttons}>{children}</div>}
      </div>
    </div>
  );
}

/** A notice is not a list of everything. */
const MOST_LINES = 50;

/** The figures behind the words, for failures that are about an amount or a difference. */
function Figures({ failure }: { failure: Failure }) {
  switch (failure.code) {
    case "memory_insufficient": {
      const { weightsBytes, contextsBytes, neededBytes, availableBytes } = failure.details;
      return (
        <dl className={styles.figures}>
          <dt>Weights</dt>
          <dd>{formatBytes(weightsBytes)}</dd>
          <dt>Contexts of all arms</dt>
          <dd>{formatBytes(contextsBytes)}</dd>
          <dt>Needed together</dt>
          <dd>{formatBytes(neededBytes)}</dd>
          <dt>Available</dt>
          <dd>{formatBytes(availableBytes)}</dd>
        </dl>
      );
    }
    case "dataset_malformed":
      return (
        <ul className={styles.differences}>
          {failure.details.problems.slice(0, MOST_LINES).map(({ line, problem }) => (
            <li key={line}>
              line {line}: {problem}
            </li>
          ))}
        </ul>
      );
    case "adapter_mismatch":
      return (
        <ul className={styles.differences}>
          {failure.details.differences.map(({ what, adapter, base }) => (
            <li key={what}>
              {what}: adapter {adapter}, base {base}
            </li>
          ))}
        </ul>
      );
    default:
      return null;
  }
}
