import { describe, expect, test } from "vitest";
import { readStartOptions } from "../../scripts/setup/start-options.mjs";

const nothing = { noOpen: false, desktop: false, help: false };

describe("the options of npm start", () => {
  test.each([
    ["", nothing],
    ["--port 8080", { ...nothing, port: "8080", asked: "--port" }],
    ["--port=0 --no-open", { ...nothing, noOpen: true, port: "0", asked: "--no-open" }],
    ["--workspace ../my-work", { ...nothing, workspace: "../my-work" }],
    ["--workspace=/a=b", { ...nothing, workspace: "/a=b" }],
    ["--browser", { ...nothing, asked: "--browser" }],
    ["--desktop", { ...nothing, desktop: true }],
    ["--help", { ...nothing, help: true }],
  ])("are read: %s", (line, options) => {
    expect(readStartOptions(line.split(" ").filter(Boolean))).toEqual(options);
  });

  test.each([
    ["--port", "--port needs a value."],
    ["--port --no-open", "--port needs a value."],
    ["--port 70000", "--port 70000 is not a port: give a number from 0 (any free one) to 65535."],
    ["--port http", "--port http is not a port: give a number from 0 (any free one) to 65535."],
    ["--prot 80", "Unknown option --prot."],
    ["8080", "Unknown option 8080."],
  ])("are refused in words: %s", (line, problem) => {
    expect(readStartOptions(line.split(" "))).toEqual({ problem });
  });
});
