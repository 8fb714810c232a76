import { describe, expect, test } from "vitest";
import { asksForAll } from "../../core/retrieval/asks-for-all.ts";

describe("questions about all documents", () => {
  test.each([
    ["How many documents mention the TW-20?", "count"],
    ["Count the tickets with priority high", "count"],
    ["What is the number of different suppliers?", "count"],
    ["How many complaints are there in total?", "count"],
    ["Wie viele Dokumente erwähnen die Pumpe?", "count"],
    ["Wie oft kommt das Wort Garantie vor?", "count"],
    ["Combien de documents parlent de la garantie ?", "count"],
    ["List all error codes", "list"],
    ["Give me a list of the people named in the minutes", "list"],
    ["Which documents mention frost?", "list"],
    ["Nenne alle Fehlercodes", "list"],
    ["Liste mir sämtliche Termine auf", "list"],
    ["Énumère tous les fournisseurs", "list"],
    ["Summarize everything", "summary"],
    ["Give me an overview of these files", "summary"],
    ["What are the documents about?", "summary"],
    ["Fasse die Protokolle zusammen", "summary"],
    ["Worum geht es in den Unterlagen?", "summary"],
    ["Résume tous les documents", "summary"],
    ["Resume todos los documentos", "summary"],
  ] as const)("%s", (question, kind) => {
    expect(asksForAll(question)).toBe(kind);
  });

  test.each([
    "What is the warranty on the TW-20 pump?",
    "How many vacation days do employees get at Tarnholm Works?",
    "How much does the pump cost?",
    "Wie lange läuft die Garantie?",
    "Wie viele Urlaubstage bekommen Angestellte?",
    "Who approves travel?",
    "Where do visitors park?",
    "Hello",
    "",
  ])("not: %s", (question) => {
    expect(asksForAll(question)).toBeNull();
  });
});
