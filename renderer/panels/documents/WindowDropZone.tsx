import { Dropzone } from "@mantine/dropzone";
import { DropIcon } from "../../parts/icons.tsx";
import styles from "./WindowDropZone.module.css";

interface WindowDropZoneProps {
  onFiles: (files: readonly File[]) => void;
  /** What becomes of them, in a sentence. */
  words: string;
}

/** The whole window takes files; what it will do with them is said while they hover. */
export function WindowDropZone({ onFiles, words }: WindowDropZoneProps) {
  // Unseen until files hover, it must not be a stop of the Tab key either.
  return (
    <Dropzone.FullScreen onDrop={onFiles} activateOnKeyboard={false} inputProps={{ "aria-hidden": true }}>
      <div className={styles.words}>
        <DropIcon />
        <p>Drop to add</p>
        <p className={styles.quiet}>{words}</p>
      </div>
    </Dropzone.FullScreen>
  );
}
