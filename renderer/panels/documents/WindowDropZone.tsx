import { Dropzone } from "@mantine/dropzone";
import { DropIcon } from "../../parts/icons.tsx";
import styles from "./WindowDropZone.module.css";

/** The whole window takes files; what it will do with them is said while they hover. */
export function WindowDropZone({
  onFiles,
  collectionName,
}: {
  onFiles: (files: readonly File[]) => void;
  collectionName: string;
}) {
  return (
    <Dropzone.FullScreen onDrop={onFiles} inputProps={{ "aria-hidden": true }}>
      <div className={styles.words}>
        <DropIcon />
        <p>Drop to add</p>
        <p className={styles.quiet}>Documents go into {collectionName}; GGUF files become models and adapters.</p>
      </div>
    </Dropzone.FullScreen>
  );
}
