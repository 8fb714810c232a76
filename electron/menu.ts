import { app, Menu, type MenuItemConstructorOptions } from "electron";

/**
 * The standard menu, by roles, so that every system shows its own words and keys.
 * Without an edit menu macOS has no copy and paste at all.
 */
export function setupMenu(): void {
  app.setAboutPanelOptions({
    applicationName: "Fourfold",
    applicationVersion: app.getVersion(),
    copyright: "MIT licence",
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template()));
}

function template(): MenuItemConstructorOptions[] {
  const onMac = process.platform === "darwin";
  // The Mac's first menu carries the app's name, with About and Quit in it.
  const first: MenuItemConstructorOptions = { role: onMac ? "appMenu" : "fileMenu" };
  const help: MenuItemConstructorOptions = { role: "help", submenu: [{ role: "about" }] };
  const view: MenuItemConstructorOptions[] = [
    { role: "reload" },
    { type: "separator" },
    { role: "resetZoom" },
    { role: "zoomIn" },
    { role: "zoomOut" },
    { type: "separator" },
    { role: "togglefullscreen" },
  ];
  if (!app.isPackaged) view.push({ type: "separator" }, { role: "toggleDevTools" });
  return [
    first,
    { role: "editMenu" },
    { label: "View", submenu: view },
    { role: "windowMenu" },
    ...(onMac ? [] : [help]),
  ];
}
