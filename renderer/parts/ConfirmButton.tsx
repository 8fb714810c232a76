import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Confirmation, type ConfirmationProps } from "./Confirmation.tsx";

interface ConfirmButtonProps extends ButtonProps, Omit<ConfirmationProps, "renderTarget"> {
  children: ReactNode;
}

/** A button that says what is lost before it does anything. */
export function ConfirmButton({ consequence, confirm, keep, onConfirm, children, ...button }: ConfirmButtonProps) {
  return (
    <Confirmation
      {...{ consequence, confirm, keep, onConfirm }}
      renderTarget={(toggle) => (
        <Button {...button} onClick={toggle}>
          {children}
        </Button>
      )}
    />
  );
}
