import { createTheme, type CSSVariablesResolver, Drawer } from "@mantine/core";

/** The library's components in this app's measure: the system's own font, small by default. */
export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  // The library's greys of the dark scheme, in the blue of our own surfaces.
  colors: {
    dark: [
      "#e6eaf0",
      "#c3cad4",
      "#a4afbd",
      "#6d7889",
      "#4a5361",
      "#343b46",
      "#262c35",
      "#1c2027",
      "#171a20",
      "#14171c",
    ],
  },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: { Drawer: Drawer.extend({ styles: { title: { fontWeight: 650 } } }) },
});

/** Mantine's own variables take our colours, so that its parts and ours stand on the same surfaces. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--color-surface)",
    "--mantine-color-text": "var(--color-text)",
    "--mantine-color-dimmed": "var(--color-text-quiet)",
    "--mantine-color-error": "var(--color-danger)",
    "--mantine-color-default": "var(--color-surface)",
    "--mantine-color-default-hover": "var(--color-accent-quiet)",
    "--mantine-color-default-border": "var(--color-border)",
    "--mantine-color-placeholder": "var(--color-text-quiet)",
  };
  return { variables: {}, light: shared, dark: shared };
};
