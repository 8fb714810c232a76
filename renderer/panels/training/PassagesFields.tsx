import { Checkbox, NativeSelect } from "@mantine/core";
import type { ReactNode } from "react";
import type { Collection } from "../../../core/contract/index.ts";
import { plural } from "../../parts/format.ts";
import type { SettingsDraft } from "./settings-form.ts";
import styles from "./SettingsSection.module.css";

interface PassagesFieldsProps {
  collections: readonly Collection[];
  draft: SettingsDraft;
  onDraft: (draft: SettingsDraft) => void;
  /** The numbers they take, shown where there are passages. */
  children: ReactNode;
}

/** Whether some prompts carry retrieved passages, so that the adapter answers from documents and keeps their citations. */
export function PassagesFields({ collections, draft, onDraft, children }: PassagesFieldsProps) {
  const usable = collections.filter(({ id, chunkCount }) => chunkCount > 0 || id === draft.collectionId);
  const choices = usable.map(({ id, name, documentCount }) => ({
    value: id,
    label: `${name}, ${plural(documentCount, "document")}`,
  }));
  return (
    <fieldset className={styles.passages}>
      <NativeSelect
        size="sm"
        label="Retrieved passages in the prompts"
        description="Trained without, an adapter tends to make answers from documents worse and to drop their citations"
        inputWrapperOrder={["label", "input", "description"]}
        value={draft.collectionId ?? ""}
        data={[{ value: "", label: "None: prompts as the dataset has them" }, ...choices]}
        onChange={(event) => onDraft({ ...draft, collectionId: event.currentTarget.value || null })}
      />
      {draft.collectionId !== null && (
        <>
          <div className={styles.fields}>{children}</div>
          <Checkbox
            size="sm"
            checked={draft.appendCitations}
            onChange={(event) => onDraft({ ...draft, appendCitations: event.currentTarget.checked })}
            label="Append [n] to answers without citation"
            description="Only where the answer’s words stand in exactly one of its passages"
          />
        </>
      )}
    </fieldset>
  );
}
