import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@mantine/core/styles.css";
import "@mantine/dropzone/styles.css";
import "@mantine/notifications/styles.css";
import "./styles/tokens.css";
import { App } from "./App.tsx";
import { connectToEngine } from "./engine/connection.ts";
import { EngineProvider } from "./engine/engine-context.tsx";
import { cssVariables, theme } from "./styles/theme.ts";

// First of all: the desktop hands over its port once, and does not wait for React.
const connection = connectToEngine();
// Remembered here as well as in the engine, so that the first paint already has the right colours.
const colorScheme = localStorageColorSchemeManager({ key: "fourfold.color-scheme" });

const say = (message: string): void => void notifications.show({ message, autoClose: 8000 });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      colorSchemeManager={colorScheme}
    >
      <Notifications position="bottom-right" />
      <EngineProvider connection={connection} onNotice={say}>
        <App />
      </EngineProvider>
    </MantineProvider>
  </StrictMode>,
);
