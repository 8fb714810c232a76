import { ActionIcon, Tooltip, useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";
import type { WorkspaceSettings } from "../../../core/contract/index.ts";
import { MoonIcon, SunIcon, SystemThemeIcon } from "../../parts/icons.tsx";

type Theme = WorkspaceSettings["theme"];
const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const names: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };
const icons: Record<Theme, typeof SunIcon> = { system: SystemThemeIcon, light: SunIcon, dark: MoonIcon };

/** Goes round system, light and dark; the engine remembers the choice for every window. */
export function ThemeSwitch({ theme, onChange }: { theme: Theme; onChange: (theme: Theme) => void }) {
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => setColorScheme(theme === "system" ? "auto" : theme), [theme, setColorScheme]);
  const Icon = icons[theme];
  const label = `Theme: ${names[theme]}. Switch to ${names[next[theme]]}`;
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => onChange(next[theme])}>
        <Icon />
      </ActionIcon>
    </Tooltip>
  );
}
