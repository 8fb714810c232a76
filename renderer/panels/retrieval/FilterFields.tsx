import { MultiSelect, TextInput } from "@mantine/core";
import type { RetrievalFilter } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import styles from "./FilterFields.module.css";

interface FilterFieldsProps {
  /** Whose documents may be left out. */
  collectionIds: readonly string[];
  filter: RetrievalFilter;
  onChange: (filter: RetrievalFilter) => void;
  /** Beside a question there is a line for it; in a popover there is a column. */
  layout?: "line" | "column";
}

/** Where passages may come from; only what these collections have is offered. */
export function FilterFields({ collectionIds, filter, onChange, layout = "line" }: FilterFieldsProps) {
  const list = useLive(collectionIds.join(" "), ["documents", "collections"], async (engine, key, options) =>
    (await Promise.all(key.split(" ").map((collectionId) => engine.documents.list({ collectionId }, options)))).flat(),
  );
  const documents = list.value ?? [];
  const change = (fields: Partial<RetrievalFilter>): void => onChange({ ...filter, ...fields });
  const folders = unique(documents.map(({ path }) => path.replace(/[/\\][^/\\]*$/, "")));
  const tags = unique(documents.flatMap((document) => document.tags));
  const isInPopover = layout === "column";
  return (
    <fieldset className={styles.filter} data-layout={layout}>
      <legend>Only in</legend>
      <ChoiceField
        what="Documents"
        choices={documents.map(({ id, name }) => ({ value: id, label: name }))}
        chosen={filter.documentIds}
        onChange={(documentIds) => change({ documentIds })}
        isInPopover={isInPopover}
      />
      <ChoiceField
        what="Types"
        choices={unique(documents.map(({ format }) => format)).map(asChoice)}
        chosen={filter.formats}
        onChange={(formats) => change({ formats: formats as RetrievalFilter["formats"] })}
        isInPopover={isInPopover}
      />
      {(folders.length > 1 || filter.folders.length > 0) && (
        <ChoiceField
          what="Folders"
          choices={folders.map(asChoice)}
          chosen={filter.folders}
          onChange={(chosen) => change({ folders: chosen })}
          isInPopover={isInPopover}
        />
      )}
      {(tags.length > 0 || filter.tags.length > 0) && (
        <ChoiceField
          what="Tags"
          choices={tags.map(asChoice)}
          chosen={filter.tags}
          onChange={(chosen) => change({ tags: chosen })}
          isInPopover={isInPopover}
        />
      )}
      <DateField
        label="Imported from"
        value={filter.importedFrom}
        onChange={(importedFrom) => change({ importedFrom })}
      />
      <DateField
        label="Imported before"
        value={filter.importedBefore}
        onChange={(importedBefore) => change({ importedBefore })}
      />
    </fieldset>
  );
}

interface ChoiceFieldProps {
  /** What there is to choose among, in the plural. */
  what: string;
  choices: { value: string; label: string }[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
  /** A list outside the popover would shut it with the first click. */
  isInPopover: boolean;
}

/** Any of several; with none chosen, all of them count. */
function ChoiceField({ what, choices, chosen, onChange, isInPopover }: ChoiceFieldProps) {
  return (
    <MultiSelect
      aria-label={what}
      placeholder={chosen.length === 0 ? `All ${what.toLowerCase()}` : ""}
      data={choices}
      value={chosen}
      onChange={onChange}
      comboboxProps={{ withinPortal: !isInPopover }}
      nothingFoundMessage={`No such ${what.toLowerCase()}`}
      searchable
      clearable
      size="xs"
    />
  );
}

function DateField(props: { label: string; value: string | null; onChange: (value: string | null) => void }) {
  const { label, value, onChange } = props;
  return (
    <TextInput
      type="date"
      size="xs"
      aria-label={label}
      leftSection={<span className={styles.dateLabel}>{label}</span>}
      leftSectionWidth={110}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value)}
    />
  );
}

const unique = <Value extends string>(values: Value[]): Value[] => [...new Set(values)].sort();
const asChoice = (value: string): { value: string; label: string } => ({ value, label: value });
