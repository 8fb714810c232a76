import { Tabs } from "@mantine/core";
import type { ExplainedPrompt, Failure } from "../../../core/contract/index.ts";
import { ArmGlyph } from "../../parts/ArmGlyph.tsx";
import { armNames } from "../../parts/arms.ts";
import { CopyAction } from "../../parts/CopyAction.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import styles from "./ExplainedPrompts.module.css";

/** The exact prompt of each arm that reads passages, and how much of the context it takes. */
export function ExplainedPrompts({ prompts, failure }: { prompts: ExplainedPrompt[]; failure: Failure | null }) {
  const [first] = prompts;
  return (
    <section className={styles.prompts} aria-label="Exact prompts">
      <h3 className={styles.title}>The exact prompt</h3>
      {failure !== null && <FailureNotice failure={failure} />}
      {first !== undefined && (
        <Tabs defaultValue={first.arm} keepMounted={false}>
          <Tabs.List>
            {prompts.map(({ arm }) => (
              <Tabs.Tab key={arm} value={arm} leftSection={<ArmGlyph arm={arm} />}>
                {armNames[arm]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {prompts.map((prompt) => (
            <Tabs.Panel key={prompt.arm} value={prompt.arm} pt="xs">
              <Prompt prompt={prompt} />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </section>
  );
}

function Prompt({ prompt }: { prompt: ExplainedPrompt }) {
  const { promptTokens, reservedTokens, contextSize, passagesLeftOut, passagesExpanded } = prompt;
  const share = (tokens: number): string => `${Math.min(100, (100 * tokens) / contextSize)}%`;
  const numbers = (list: number[]): string => list.map((n) => `[${n}]`).join(" ");
  return (
    <>
      <div className={styles.bar} aria-hidden="true">
        <span className={styles.used} style={{ width: share(promptTokens) }} />
        <span className={styles.reserved} style={{ width: share(reservedTokens) }} />
      </div>
      <p className={styles.figures}>
        <span className={styles.keyUsed}>{plural(promptTokens, "token")} of prompt</span>
        <span className={styles.keyReserved}>{reservedTokens} kept for the answer</span>
        <span>context of {contextSize}</span>
        {passagesLeftOut.length > 0 && <strong>no room for {numbers(passagesLeftOut)}</strong>}
        {passagesExpanded.length > 0 && <span>{numbers(passagesExpanded)} with surroundings</span>}
        <CopyAction text={prompt.prompt} label="Copy the prompt" />
      </p>
      <pre className={styles.exact} tabIndex={0}>
        {prompt.prompt}
      </pre>
    </>
  );
}
