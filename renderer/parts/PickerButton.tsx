import { Popover, UnstyledButton } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ChevronIcon } from "./icons.tsx";
import { PickerWords } from "./PickerWords.tsx";
import styles from "./PickerButton.module.css";

interface PickerButtonProps {
  icon: ReactNode;
  /** What is picked with it. */
  label: string;
  /** What is picked now, in a few words. */
  value: string;
  /** How that is, in fewer. */
  note?: string | undefined;
  width?: number;
  onOpen?: () => void;
  /** What opens under the button; drawn only while it is open. */
  children: ReactNode;
}

/** A button of the header that shows what is picked and opens what there is to pick. */
export function PickerButton({ icon, label, value, note, width = 400, onOpen, children }: PickerButtonProps) {
  const [isOpen, setOpen] = useState(false);
  function toggle(): void {
    if (!isOpen) onOpen?.();
    setOpen(!isOpen);
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={width} shadow="lg" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={styles.button} onClick={toggle} aria-label={`${label}: ${value}`}>
          <span className={styles.icon}>{icon}</span>
          <PickerWords label={label} value={value} note={note} />
          <span className={styles.icon}>
            <ChevronIcon />
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={styles.dropdown}>{isOpen && children}</Popover.Dropdown>
    </Popover>
  );
}
