import { ActionIcon, Button, Popover, Tooltip, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { RetrievalFilter } from "../../../core/contract/index.ts";
import { CloseIcon, FilterIcon } from "../../parts/icons.tsx";
import { PickerWords } from "../../parts/PickerWords.tsx";
import { everything, filterWords } from "./filter-words.ts";
import { FilterFields } from "./FilterFields.tsx";
import styles from "./FilterPicker.module.css";

interface FilterPickerProps {
  /** Those a question searches; with none there is nothing to filter. */
  collectionIds: readonly string[];
  filter: RetrievalFilter;
  onChange: (filter: RetrievalFilter) => void;
}

/** Which part of the collections a question searches: small while that is all of them, plain to see when it is not. */
export function FilterPicker({ collectionIds, filter, onChange }: FilterPickerProps) {
  const [isOpen, setOpen] = useState(false);
  const words = filterWords(filter);
  const isOn = words !== "";
  if (collectionIds.length === 0) return null;
  return (
    <div className={styles.filter} data-on={isOn}>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={340} shadow="lg" trapFocus returnFocus>
        <Popover.Target>
          <Tooltip label={isOn ? `Passages come only from: ${words}` : "Ask only some of the documents"}>
            <UnstyledButton
              className={styles.button}
              onClick={() => setOpen(!isOpen)}
              aria-label={isOn ? `Filter: ${words}` : "Filter: off"}
            >
              <FilterIcon />
              {isOn && <PickerWords label="Only in" value={words} />}
            </UnstyledButton>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown className={styles.dropdown}>
          {isOpen && (
            <div className={styles.fields}>
              <strong>Passages come only from</strong>
              <FilterFields collectionIds={collectionIds} filter={filter} onChange={onChange} layout="column" />
              <Button size="xs" variant="light" disabled={!isOn} onClick={() => onChange(everything)}>
                Search everything again
              </Button>
            </div>
          )}
        </Popover.Dropdown>
      </Popover>
      {isOn && (
        <Tooltip label="Search everything again">
          <ActionIcon
            variant="subtle"
            size="md"
            aria-label="Search everything again"
            onClick={() => onChange(everything)}
          >
            <CloseIcon />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}
