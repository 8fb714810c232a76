/**
 * Chromium takes no schemes of others, so `app://host/path` is served as `http://host.app.localhost/path`
 * (a secure context too), and every address is translated before the app sees it.
 */
const ours = /^http:\/\/([^/]+)\.app\.localhost(?=\/|$)/;

export const toChromium = (address: string): string => address.replace(/^app:\/\/([^/]+)/, "http://$1.app.localhost");

export const toApp = (address: string): string => address.replace(ours, "app://$1");
