import type { ArmAnswer } from "../../../core/contract/index.ts";
import { formatMs, formatSpeed } from "../../parts/format.ts";
import styles from "./ArmNumbers.module.css";

/** What the answer took, as measured; a dash where there is nothing to measure. */
export function ArmNumbers({ answer, retrievalMs }: { answer: ArmAnswer; retrievalMs: number | null }) {
  const { ttftMs, tokensPerSecond, promptTokens, completionTokens, totalMs, stopReason } = answer;
  return (
    <dl className={styles.numbers}>
      <Figure
        name="First token"
        value={ttftMs === null ? "–" : formatMs(ttftMs)}
        hint="From the start of reading the prompt to the first token of the answer"
      />
      <Figure
        name="Tokens/s"
        value={tokensPerSecond === null ? "–" : formatSpeed(tokensPerSecond)}
        hint="Decoding speed, without reading the prompt"
      />
      <Figure name="Prompt" value={promptTokens.toLocaleString("en")} hint="Tokens of the prompt" />
      <Figure
        name="Answer"
        value={completionTokens.toLocaleString("en")}
        hint={
          stopReason === "maxTokens" ? "Tokens of the answer; cut at the most tokens allowed" : "Tokens of the answer"
        }
      />
      {retrievalMs !== null && (
        <Figure
          name="Retrieval"
          value={formatMs(retrievalMs)}
          hint="Embedding the question, both searches, nearest lines and fusion; shared by both arms with documents"
        />
      )}
      <Figure name="Total" value={formatMs(totalMs)} hint="From the start of this arm to its end" />
    </dl>
  );
}

function Figure({ name, value, hint }: { name: string; value: string; hint: string }) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
