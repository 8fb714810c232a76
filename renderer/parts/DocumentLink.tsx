import { UnstyledButton } from "@mantine/core";
import styles from "./DocumentLink.module.css";

/** A document's name that opens it. */
export function DocumentLink({ name, path, onOpen }: { name: string; path?: string; onOpen: () => void }) {
  return (
    <UnstyledButton className={styles.link} title={path} onClick={onOpen}>
      {name}
    </UnstyledButton>
  );
}
