// Reading package-lock.json as the tree it describes.

/**
 * Where the package `name`, required by the package at `parent`, lies: looked up as Node looks up modules.
 * @param {Record<string, unknown>} packages of the lock file
 * @param {string} parent "" for the project itself
 * @param {string} name
 * @returns {string | null}
 */
export function placeOf(packages, parent, name) {
  for (let at = parent; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const place = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (place in packages) return place;
    if (at === "") return null;
  }
}

/**
 * The places of everything the project needs to run, on any platform: what its dependencies require, and theirs.
 * @param {Record<string, { dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>, peerDependencies?: Record<string, string>, peerDependenciesMeta?: Record<string, { optional?: boolean }> }>} packages
 */
export function neededToRun(packages) {
  const seen = new Set([""]);
  for (const parent of seen) {
    const {
      dependencies,
      optionalDependencies,
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = packages[parent] ?? {};
    const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const place = placeOf(packages, parent, name);
      // A Set being walked also yields what is added to it on the way.
      if (place !== null) seen.add(place);
    }
  }
  seen.delete("");
  return [...seen].sort();
}
