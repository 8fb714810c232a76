import { ActionIcon } from "@mantine/core";
import { Confirmation } from "./Confirmation.tsx";
import { RemoveIcon } from "./icons.tsx";

interface RemoveActionProps {
  /** What is removed, as it stands in "Remove …". */
  what: string;
  /** What happens and what stays. */
  consequence: string;
  onRemove: () => void;
}

/** A small button that asks once before it removes something. */
export function RemoveAction({ what, consequence, onRemove }: RemoveActionProps) {
  return (
    <Confirmation
      consequence={consequence}
      confirm="Remove"
      keep="Keep"
      onConfirm={onRemove}
      renderTarget={(toggle) => (
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Remove ${what}`} onClick={toggle}>
          <RemoveIcon />
        </ActionIcon>
      )}
    />
  );
}
