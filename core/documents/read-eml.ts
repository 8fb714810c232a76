import PostalMime, { type Address, type Attachment, type Email } from "postal-mime";
import { cleanText } from "./clean-text.ts";
import { documentDamaged, sizeInWords } from "./document-failures.ts";
import { readHtml } from "./read-html.ts";
import { readPlainText } from "./read-plain-text.ts";
import type { ReadText } from "./read-text.ts";
import { TextWriter } from "./text-writer.ts";

/** More names than this of one list help nobody find the mail. */
const MOST_NAMES = 20;
/** Below this share of the page's text, the plain part is a line such as "Your program cannot show HTML". */
const PLAIN_PART_SHARE = 0.5;

/** A mail: its subject as heading, who wrote to whom and when, its text, and the names of what is attached. */
export async function readEml(path: string, bytes: Buffer): Promise<ReadText> {
  const mail = await parseMail(path, bytes);
  const writer = new TextWriter();
  writer.heading(1, cleanText(mail.subject ?? ""));
  writer.block("record", cleanText(headerLines(mail).join("\n")));
  writer.append(bodyOf(mail));
  const attached = mail.attachments.filter(({ related }) => related !== true);
  if (attached.length > 0) {
    writer.block("prose", cleanText(`Attachments: ${attached.map(nameOf).join(", ")}`));
    const count = attached.length === 1 ? "One attachment is" : `${attached.length} attachments are`;
    const message = `${count} not read: ${attached.slice(0, 5).map(nameOf).join(", ")}${attached.length > 5 ? " …" : ""}. Save and import what matters.`;
    writer.warn({ code: "attachments_not_read", message: cleanText(message) });
  }
  return writer.finish();
}

async function parseMail(path: string, bytes: Buffer): Promise<Email> {
  let mail: Email;
  try {
    mail = await PostalMime.parse(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : String(error);
    throw documentDamaged(path, `its parts cannot be told apart (${reason})`, error);
  }
  const { from, to, subject, date } = mail;
  if ([from, to, subject, date].every((header) => header === undefined))
    throw documentDamaged(path, "it has none of a mail's headers (From, To, Subject, Date)");
  return mail;
}

function headerLines({ from, to, cc, date }: Email): string[] {
  const lines: [label: string, value: string][] = [
    ["From", namesOf(from === undefined ? [] : [from])],
    ["To", namesOf(to ?? [])],
    ["Cc", namesOf(cc ?? [])],
    ["Date", (date ?? "").replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*/, "$1 $2 UTC")],
  ];
  return lines.filter(([, value]) => value !== "").map(([label, value]) => `${label}: ${value}`);
}

function namesOf(addresses: Address[]): string {
  const all = addresses.flatMap((one) => one.group ?? [one]);
  const names = all
    .slice(0, MOST_NAMES)
    .map(({ name, address }) => (name === "" || name === address ? address : `${name} <${address}>`));
  return names.join(", ") + (all.length > MOST_NAMES ? ` and ${all.length - MOST_NAMES} more` : "");
}

/** The plain part is what the writer typed; a newsletter's is often a line that says nothing, then the page counts. */
function bodyOf({ text = "", html }: Email): ReadText {
  const plain = readPlainText(cleanText(text).trim());
  if (html === undefined) return plain;
  const page = readHtml(html, { usesTitle: false });
  return plain.text.length >= page.text.length * PLAIN_PART_SHARE ? plain : page;
}

function nameOf({ filename, mimeType, content }: Attachment): string {
  const bytes = typeof content === "string" ? content.length : content.byteLength;
  return `${filename ?? "without a name"} (${mimeType}, ${sizeInWords(bytes)})`;
}
