import { MultiSelect, TextInput } from "@mantine/core";
import type { RetrievalFilter } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import styles from "./FilterFields.module.css";

/** A filter that leaves everything in. */
export const everything: RetrievalFilter = {
  documentIds: [],
  folders: [],
  formats: [],
  tags: [],
  importedFrom: null,
  importedBefore: null,
};

interface FilterFieldsProps {
  collectionId: string;
  filter: RetrievalFilter;
  onChange: (filter: RetrievalFilter) => void;
}

/** Where passages may come from; only what this collection has is offered. */
export function FilterFields({ collectionId, filter, onChange }: FilterFieldsProps) {
  const list = useLive(collectionId, ["documents"], (engine, id, options) =>
    engine.documents.list({ collectionId: id }, options),
  );
  const documents = list.value ?? [];
  const change = (fields: Partial<RetrievalFilter>): void => onChange({ ...filter, ...fields });
  const folders = unique(documents.map(({ path }) => path.replace(/[/\\][^/\\]*$/, "")));
  const tags = unique(documents.flatMap((document) => document.tags));
  return (
    <fieldset className={styles.filter}>
      <legend>Only in</legend>
      <MultiSelect
        aria-label="Documents"
        placeholder={filter.documentIds.length === 0 ? "All documents" : ""}
        data={documents.map(({ id, name }) => ({ value: id, label: name }))}
        value={filter.documentIds}
        onChange={(documentIds) => change({ documentIds })}
        searchable
        clearable
        size="xs"
      />
      <MultiSelect
        aria-label="Types"
        placeholder={filter.formats.length === 0 ? "All types" : ""}
        data={unique(documents.map(({ format }) => format))}
        value={filter.formats}
        onChange={(formats) => change({ formats: formats as RetrievalFilter["formats"] })}
        clearable
        size="xs"
      />
      {folders.length > 1 && (
        <MultiSelect
          aria-label="Folders"
          placeholder={filter.folders.length === 0 ? "All folders" : ""}
          data={folders}
          value={filter.folders}
          onChange={(chosen) => change({ folders: chosen })}
          searchable
          clearable
          size="xs"
        />
      )}
      {tags.length > 0 && (
        <MultiSelect
          aria-label="Tags"
          placeholder={filter.tags.length === 0 ? "All tags" : ""}
          data={tags}
          value={filter.tags}
          onChange={(chosen) => change({ tags: chosen })}
          clearable
          size="xs"
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
