import { TextInput } from "@mantine/core";
import { type NumberField, usualValue } from "./settings-form.ts";
import styles from "./SettingsSection.module.css";

interface NumberTextProps {
  field: NumberField;
  value: string;
  problem: string | undefined;
  onChange: (text: string) => void;
}

/** Text, not a number input: a rate is typed as 2e-4 as often as 0.0002. */
export function NumberText({ field: { name, label, hint, whenEmpty }, value, problem, onChange }: NumberTextProps) {
  const usual = usualValue(name);
  return (
    <TextInput
      size="sm"
      className={styles.field}
      label={label}
      description={hint}
      inputWrapperOrder={["label", "input", "error", "description"]}
      inputMode="decimal"
      autoComplete="off"
      placeholder={whenEmpty ?? String(usual)}
      value={value}
      error={problem}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
