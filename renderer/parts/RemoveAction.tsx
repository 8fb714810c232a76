import { ActionIcon, Button, Group, Popover, Text } from "@mantine/core";
import { useState } from "react";
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
  const [isAsking, setAsking] = useState(false);
  return (
    <Popover opened={isAsking} onChange={setAsking} position="bottom-end" width={260} trapFocus withArrow shadow="md">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Remove ${what}`}
          onClick={() => setAsking(!isAsking)}
        >
          <RemoveIcon />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb="xs">
          {consequence}
        </Text>
        <Group gap="xs" justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button
            size="compact-sm"
            color="red"
            onClick={() => {
              setAsking(false);
              onRemove();
            }}
          >
            Remove
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
