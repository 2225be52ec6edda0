// Starts the real program, with its page embedded, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const target = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, "../../target");
const program = process.env.HUAN_PROGRAM ?? join(target, "debug/huan");

/** How long the program may take to say that it is ready, or to end. */
const PATIENCE = 30_000;

export interface Program {
  /** Its own folder, which is gone when it has ended. */
  folder: string;
  /** The lines it printed so far. */
  lines: string[];
  /** Waits until it prints a line like this; the answer is the match. */
  printed: (like: RegExp) => Promise<RegExpExecArray>;
  /** Tells it to stop and waits for it; the answer is how it ended. */
  stop: (keep?: "keep") => Promise<number | null>;
}

/** Runs `huan` with these arguments. */
export function run(words: string[], settings: Record<string, string> = {}, folder?: string): Program {
  const home = folder ?? mkdtempSync(join(tmpdir(), "huan-browser-"));
  const child: ChildProcess = spawn(program, words, {
    cwd: home,
    env: { PATH: process.env.PATH, LANG: "zh_CN.UTF-8", HUAN_DATA: home, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const hear = () => {
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        hear();
      });
  let failure: string | undefined;
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      failure = `${program} cannot be started: ${error.message}`;
      hear();
      resolve(null);
    });
    child.on("close", (code) => {
      failure ??= `the program ended (${code})`;
      hear();
      resolve(code);
    });
  });
  return {
    folder: home,
    lines,
    printed: (like) =>
      new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const look = () => {
          const match = lines.map((line) => like.exec(line)).find((found) => found !== null);
          if (match) {
            done();
            resolve(match);
          } else if (failure) {
            done();
            reject(new Error([failure, ...lines].join("\n")));
          }
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error([`nothing like ${like} was printed:`, ...lines].join("\n")));
        }, PATIENCE);
        waiting.add(look);
        look();
      }),
    stop: async (keep) => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      const code = await ended;
      clearTimeout(timer);
      if (!keep) rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** A running demonstration. */
export interface Demo {
  program: Program;
  /** Where the page is, without a slash at its end. */
  url: string;
  /** By this one enters as the project assistant. */
  link: string;
  /** Where the simulated platforms are played. */
  simulator: string;
}

/** Starts a demonstration on free ports. */
export async function demo(folder?: string): Promise<Demo> {
  const words = [
    "demo",
    "--port",
    "0",
    "--feishu-port",
    "0",
    "--dingtalk-port",
    "0",
    "--teambition-port",
    "0",
    "--data",
    ".",
  ];
  const program = run(folder ? [...words, "--keep"] : words, {}, folder);
  const [link = ""] = await program.printed(/http:\S+\/demo\/enter\S+/);
  const [simulator = ""] = await program.printed(/http:\S+\/sim\/?/);
  return { program, url: new URL(link).origin, link, simulator };
}
