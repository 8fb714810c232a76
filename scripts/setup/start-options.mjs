// The options of `npm start -- …`, read by hand: set-up may have installed nothing yet.

export const startUsage = `Usage: npm start -- [--port N] [--no-open] [--browser] [--desktop] [--workspace DIR]
  --port N         serve to the browser on this port of 127.0.0.1
  --no-open        serve to the browser, but do not open it
  --browser        serve to the browser even where a desktop window could be opened
  --desktop        try again to fetch the desktop shell (Electron), if it could not be fetched before
  --workspace DIR  where collections, runs and settings are kept`;

/**
 * @typedef {object} StartOptions
 * @property {boolean} help
 * @property {boolean} noOpen
 * @property {boolean} desktop
 * @property {string} [port]
 * @property {string} [workspace]
 * @property {string} [asked] the option that means the browser, if one was given
 */

/**
 * @param {string[]} args
 * @returns {{ problem: string } | StartOptions}
 */
export function readStartOptions(args) {
  /** @type {StartOptions} */
  const options = { noOpen: false, desktop: false, help: false };
  const rest = args.flatMap((arg) => (/^--[a-z]+=/.test(arg) ? splitAtEquals(arg) : [arg]));
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "--no-open") Object.assign(options, { noOpen: true, asked: name });
    else if (name === "--browser") options.asked = name;
    else if (name === "--desktop") options.desktop = true;
    else if (name === "--help" || name === "-h") options.help = true;
    else if (name === "--port" || name === "--workspace") {
      const value = rest.shift();
      if (value === undefined || value.startsWith("--")) return { problem: `${name} needs a value.` };
      if (name === "--workspace") options.workspace = value;
      else if (isPort(value)) Object.assign(options, { port: value, asked: name });
      else return { problem: `--port ${value} is not a port: give a number from 0 (any free one) to 65535.` };
    } else return { problem: `Unknown option ${name}.` };
  }
  return options;
}

function isPort(value) {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
}

function splitAtEquals(arg) {
  const at = arg.indexOf("=");
  return [arg.slice(0, at), arg.slice(at + 1)];
}
