// What set-up tells the person at the terminal. Always on stderr: stdout belongs to the command that was asked for.
import process from "node:process";

/** A failure a person can act on: shown as its sentence, without a stack. */
export class Trouble extends Error {
  /** @override */
  name = "Trouble";
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Run a command's `main`, and end the process with its exit code; a `Trouble` is one sentence and exit code 1. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/**
 * Show that something is going on: one line that keeps its time on a terminal, plain lines elsewhere (a log should say
 * what was begun, and that it still runs, but not a thousand times).
 */
export function startProgress(title, stream = process.stderr) {
  const startedAt = Date.now();
  const onTerminal = stream.isTTY === true;
  let note = "";

  function draw() {
    const line = `${title} · ${clock(Date.now() - startedAt)}${note === "" ? "" : ` · ${note}`}`;
    stream.write(`\r\u001B[2K${line.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
  }
  function stillRunning() {
    stream.write(`${title}: ${clock(Date.now() - startedAt)} so far${note === "" ? "" : `, ${note}`}\n`);
  }

  if (onTerminal) draw();
  else stream.write(`${title} …\n`);
  const timer = onTerminal ? setInterval(draw, 250) : setInterval(stillRunning, 30_000);
  timer.unref();

  return {
    /** What has come so far, such as "34 MB". */
    note(text) {
      note = text;
    },
    /** End the line: with what came of it, or with the time it took. */
    end(text = `${title} · ${clock(Date.now() - startedAt)}`) {
      clearInterval(timer);
      stream.write(onTerminal ? `\r\u001B[2K${text}\n` : `${text}\n`);
    },
  };
}

/** 83000 → "1:23". */
export function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
