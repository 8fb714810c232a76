import type { PassagesReport } from "../../../core/contract/training.ts";
import { plural } from "../../parts/format.ts";
import styles from "./PassagesFacts.module.css";

/** What retrieved passages make of the dataset: which prompts carry them, and which answers cite them. */
export function PassagesFacts({ found }: { found: PassagesReport }) {
  const { examples, collection, topK, cited, appended, uncited, unresolved, citable } = found;
  const { ownPassages, systemPromptsReplaced } = found;
  const rows: [name: string, count: number, note: string][] = [
    ["Cite a passage", cited + appended, appended > 0 ? `${appended.toLocaleString("en")} appended` : ""],
    [
      "No citation",
      uncited.length,
      citable > appended ? `${(citable - appended).toLocaleString("en")} could get one` : "",
    ],
    ["A number no passage has", unresolved.length, ""],
  ];
  return (
    <section className={styles.passages} aria-label="Passages in the prompts">
      <p className={styles.words}>
        {plural(examples, "example")} with up to {plural(topK, "passage")} of {collection} in the prompt. Their answers:
      </p>
      <dl className={styles.rows}>
        {rows
          .filter(([, count], index) => count > 0 || index === 0)
          .map(([name, count, note]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {count.toLocaleString("en")} <span className={styles.note}>{note}</span>
              </dd>
            </div>
          ))}
      </dl>
      {ownPassages > 0 && (
        <p className={styles.note}>
          Left as they are, with numbered passages of their own: {plural(ownPassages, "prompt")}.
        </p>
      )}
      {systemPromptsReplaced > 0 && (
        <p className={styles.note}>
          The system prompt of {plural(systemPromptsReplaced, "example")} gives way to the one that answers from
          documents are asked with.
        </p>
      )}
    </section>
  );
}
