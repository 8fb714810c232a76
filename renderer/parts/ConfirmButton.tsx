import { Button, type ButtonProps, Group, Popover, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";

interface ConfirmButtonProps extends ButtonProps {
  /** What is lost, and what is not. */
  consequence: string;
  /** What the button that does it says; its opposite is `keep`. */
  confirm: string;
  keep: string;
  onConfirm: () => void;
  children: ReactNode;
}

/** A button that says what is lost before it does anything. */
export function ConfirmButton({ consequence, confirm, keep, onConfirm, children, ...button }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Popover opened={isAsking} onChange={setAsking} position="bottom-end" width={280} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button {...button} onClick={() => setAsking(!isAsking)}>
          {children}
        </Button>
      </Popover.Target>
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
