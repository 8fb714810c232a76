import { Button } from "@mantine/core";
import styles from "./DatasetOffer.module.css";

interface DatasetOfferProps {
  name: string;
  onTrain: () => void;
  onClose: () => void;
}

/** A file of pairs that was dropped where documents go: no document, but not a mistake either. */
export function DatasetOffer({ name, onTrain, onClose }: DatasetOfferProps) {
  return (
    <div className={styles.offer} role="alert">
      <span className={styles.words}>{name} is not a document; it may be a dataset. Train with it?</span>
      <Button size="compact-sm" onClick={onTrain}>
        Train with it
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>
        Leave it
      </Button>
    </div>
  );
}
