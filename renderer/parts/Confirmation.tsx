import { Button, Group, Popover, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";

export interface ConfirmationProps {
  /** What is lost, and what is not. */
  consequence: string;
  /** What the button that does it says; its opposite is `keep`. */
  confirm: string;
  keep: string;
  onConfirm: () => void;
  /** The button that asks; pressing it again takes the question back. */
  renderTarget: (toggle: () => void) => ReactNode;
}

/** Says what is lost before anything is done. */
export function Confirmation({ consequence, confirm, keep, onConfirm, renderTarget }: ConfirmationProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Popover opened={isAsking} onChange={setAsking} position="bottom-end" width={280} trapFocus withArrow shadow="md">
      <Popover.Target>{renderTarget(() => setAsking(!isAsking))}</Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb="xs">
          {consequence}
        </Text>
        <Group gap="xs" justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
            {keep}
          </Button>
          <Button
            size="compact-sm"
            color="red"
            onClick={() => {
              setAsking(false);
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
