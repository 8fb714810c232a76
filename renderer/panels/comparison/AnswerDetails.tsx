import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import type { ArmAnswer, Comparison, Provenance } from "../../../core/contract/index.ts";
import { armNames } from "../../parts/arms.ts";
import { CopyAction } from "../../parts/CopyAction.tsx";
import { plural } from "../../parts/format.ts";
import drawer from "../../styles/drawer.module.css";
import styles from "./AnswerDetails.module.css";

interface AnswerDetailsProps {
  /** Null keeps the drawer shut. */
  answer: ArmAnswer | null;
  comparison: Comparison | null;
  onClose: () => void;
}

/** All it takes to repeat one answer: the exact prompt and everything that determined it. */
export function AnswerDetails({ answer, comparison, onClose }: AnswerDetailsProps) {
  return (
    <Drawer
      opened={answer !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={answer === null ? "" : `${armNames[answer.arm]}: how this answer came about`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {answer?.provenance == null ? (
        <p>This arm did not get as far as a prompt, so there is nothing to repeat.</p>
      ) : (
        <div className={drawer.body}>
          <Facts answer={answer} provenance={answer.provenance} comparison={comparison} />
          <Exact title="Exact prompt" text={answer.provenance.prompt} />
          {answer.thoughts !== "" && <Exact title="Thoughts" text={answer.thoughts} />}
        </div>
      )}
    </Drawer>
  );
}

function Facts({
  answer,
  provenance,
  comparison,
}: {
  answer: ArmAnswer;
  provenance: Provenance;
  comparison: Comparison | null;
}) {
  const { sampling, adapters, passagesInPrompt, passagesLeftOut, cachedTokens } = provenance;
  return (
    <dl className={styles.facts}>
      {comparison !== null && <Fact name="Model">{comparison.modelName}</Fact>}
      <Fact name="Model file, SHA-256">
        <Hash value={provenance.modelSha256} />
      </Fact>
      <Fact name="Adapters">
        {adapters.length === 0
          ? "none"
          : adapters.map(({ modelId, name, scale, sha256 }) => (
              <div key={modelId}>
                {name} × {scale} <Hash value={sha256} />
              </div>
            ))}
      </Fact>
      <Fact name="Seed">{sampling.seed}</Fact>
      <Fact name="Sampling">
        temperature {sampling.temperature}, top k {sampling.topK}, top p {sampling.topP}, min p {sampling.minP}
      </Fact>
      <Fact name="Most tokens">
        {plural(provenance.maxTokens, "token")} of answer, {plural(provenance.thoughtTokens, "token")} of thought
      </Fact>
      <Fact name="Context">
        {plural(provenance.contextSize, "token")}, {plural(provenance.threads, "thread")}, prompt read in steps of{" "}
        {provenance.prefillChunk}
      </Fact>
      <Fact name="Start">
        {cachedTokens === 0 ? "cold" : `warm: ${plural(cachedTokens, "token")} of the prompt were still in memory`}
      </Fact>
      <Fact name="Stopped by">{stopWords[answer.stopReason]}</Fact>
      <Fact name="Passages in the prompt">{numbers(passagesInPrompt)}</Fact>
      <Fact name="Passages left out">
        {passagesLeftOut.length === 0 ? "none" : `${numbers(passagesLeftOut)} did not fit`}
      </Fact>
      <Fact name="Index generation">{provenance.indexGeneration ?? "no search"}</Fact>
      <Fact name="Prompt, SHA-256">
        <Hash value={provenance.promptSha256} />
      </Fact>
      <Fact name="Versions">
        Fourfold {provenance.appVersion}, node-llama-cpp {provenance.libraryVersion}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const Hash = ({ value }: { value: string }) => <code title={value}>{value.slice(0, 16)}…</code>;

function Exact({ title, text }: { title: string; text: string }) {
  return (
    <section>
      <h3 className={styles.title}>
        {title} <CopyAction text={text} label={`Copy: ${title.toLowerCase()}`} />
      </h3>
      <pre className={styles.exact} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

const stopWords: Record<ArmAnswer["stopReason"], string> = {
  end: "the model, at its end",
  maxTokens: "the most tokens allowed",
  stopped: "you",
  failed: "a failure",
};

const numbers = (list: readonly number[]): string => (list.length === 0 ? "none" : list.map((n) => `[${n}]`).join(" "));
