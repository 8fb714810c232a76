import { SegmentedControl } from "@mantine/core";
import type { Screen } from "./use-screen.ts";

interface ScreenSwitchProps {
  screen: Screen;
  onChange: (screen: Screen) => void;
  /** How much of a running training run is done, 0 to 1; null while none runs. */
  trained: number | null;
}

/** Between asking and making adapters; arrow keys move it. */
export function ScreenSwitch({ screen, onChange, trained }: ScreenSwitchProps) {
  const progress = trained === null ? "" : ` · ${Math.floor(trained * 100)}%`;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Screen"
      value={screen}
      onChange={(value) => onChange(value as Screen)}
      data={[
        { value: "compare", label: "Compare" },
        { value: "train", label: <span style={{ fontVariantNumeric: "tabular-nums" }}>Train{progress}</span> },
      ]}
      style={{ flex: "none" }}
    />
  );
}
