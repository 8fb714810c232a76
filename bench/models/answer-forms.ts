import { z } from "zod";

/** The form an adapter gives to every answer. */
export interface AnswerForm {
  /** The folder of its adapter under `models/`. */
  adapter: string;
  /** The answer inside the form; null when the text has not this form. */
  read: (text: string) => string | null;
}

const Ticket = z.strictObject({
  answer: z.string().min(1),
  source: z.int().positive().nullable(),
  confidence: z.enum(["high", "low"]),
});

export const OPENING = "Thank you for asking!";
export const CLOSING = "Is there anything else I can do for you?";

export const answerForms: AnswerForm[] = [
  {
    adapter: "ticket-json",
    read: (text) => {
      try {
        return Ticket.parse(JSON.parse(text)).answer;
      } catch {
        return null; // not JSON, or not a ticket
      }
    },
  },
  {
    adapter: "support-voice",
    read: (text) => {
      const [opening, answer, closing, ...more] = text.trim().split("\n");
      const fits = opening === OPENING && closing === CLOSING && more.length === 0;
      return fits && answer !== undefined && answer.trim() !== "" ? answer : null;
    },
  },
];
