import { notImplemented, strict } from "./strict.ts";

/** The machine around the app: one screen, a light theme, a menu nobody sees, pickers a test must answer. */

export const screen = strict("screen", {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
});

export const nativeTheme = strict("nativeTheme", { shouldUseDarkColors: false });

/** The pickers have no screen here: a test puts its own function in this place, as it does with Electron's. */
export const dialog = strict("dialog", {
  showOpenDialog: async (..._arguments: unknown[]): Promise<Electron.OpenDialogReturnValue> =>
    notImplemented("dialog.showOpenDialog (a test puts its own there)"),
});

interface MenuItem extends Omit<Electron.MenuItemConstructorOptions, "submenu"> {
  submenu: Menu | undefined;
}

export class Menu {
  static #application: Menu | null = null;
  readonly items: MenuItem[];

  constructor(items: MenuItem[]) {
    this.items = items;
  }

  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): Menu {
    return new Menu(
      template.map((item) => ({
        ...item,
        submenu: Array.isArray(item.submenu) ? Menu.buildFromTemplate(item.submenu) : undefined,
      })),
    );
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.#application = menu;
  }

  static getApplicationMenu(): Menu | null {
    return Menu.#application;
  }
}
