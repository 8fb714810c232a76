/** Names the folder the launcher lends to the stand-in, for Chromium's profile and the app's own files. */
export const folderVariable = "ELECTRON_STAND_IN_FOLDER";
