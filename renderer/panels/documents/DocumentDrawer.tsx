import { Drawer, Loader } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import type { DocumentText, Span } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes, plural } from "../../parts/format.ts";
import { cutDocument, headingPathAt, type TextBlock } from "./cut-document.ts";
import styles from "./DocumentDrawer.module.css";

/** A document to show, and the span to show in it. */
export interface DocumentPlace {
  documentId: string;
  name: string;
  span: Span | null;
  page: number | null;
}

/** A document's text as it was read, scrolled to the cited span. */
export function DocumentDrawer({ place, onClose }: { place: DocumentPlace | null; onClose: () => void }) {
  const text = useLive(place?.documentId ?? null, ["documents"], (engine, documentId, options) =>
    engine.documents.text({ documentId }, options),
  );
  return (
    <Drawer
      opened={place !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={place?.name ?? ""}
      closeButtonProps={{ "aria-label": "Close" }}
      classNames={{ body: styles.body, content: styles.content }}
      overlayProps={{ backgroundOpacity: 0.25 }}
    >
      {text.failure !== null && <FailureNotice failure={text.failure} />}
      {text.value === null && text.failure === null && place !== null && (
        <Loader size="sm" aria-label="Opening the document" />
      )}
      {text.value !== null && place !== null && <Text text={text.value} place={place} />}
    </Drawer>
  );
}

function Text({ text, place }: { text: DocumentText; place: DocumentPlace }) {
  const { document } = text;
  const { span, page } = place;
  const blocks = useMemo(() => cutDocument(text, span), [text, span]);
  const mark = useScrollToMark(blocks);
  const path = span === null ? [] : headingPathAt(text.headings, span.start);
  return (
    <>
      <p className={styles.place}>
        {page !== null && <strong>Page {page}</strong>}
        {path.length > 0 && <span>{path.join(" › ")}</span>}
        <span>
          {[document.format, formatBytes(document.sizeBytes), plural(document.chunkCount, "chunk")].join(" · ")}
        </span>
      </p>
      {document.warnings.map(({ code, message }) => (
        <p key={code} className={styles.warning}>
          {message}
        </p>
      ))}
      <div className={styles.text} tabIndex={0} role="document" aria-label={`Text of ${document.name}`}>
        {blocks.map((block, index) => (
          <Block key={block.start} block={block} mark={index === firstMarked(blocks) ? mark : null} />
        ))}
      </div>
    </>
  );
}

const firstMarked = (blocks: readonly TextBlock[]): number =>
  blocks.findIndex(({ pieces }) => pieces.some(({ kind }) => kind === "mark"));

function Block({ block: { page, pieces }, mark }: { block: TextBlock; mark: React.Ref<HTMLElement> }) {
  const first = pieces.findIndex(({ kind }) => kind === "mark");
  return (
    <div className={styles.block}>
      {page !== null && <div className={styles.page}>Page {page}</div>}
      {pieces.map(({ kind, text }, index) => {
        if (kind === "mark")
          return (
            <mark key={index} ref={index === first ? mark : null} className={styles.mark}>
              {text}
            </mark>
          );
        return kind === "heading" ? <strong key={index}>{text}</strong> : <span key={index}>{text}</span>;
      })}
    </div>
  );
}

/** Brings the mark to the middle. Blocks off screen have guessed heights, so it looks again once they are drawn. */
function useScrollToMark(blocks: readonly TextBlock[]) {
  const mark = useRef<HTMLElement>(null);
  useEffect(() => {
    let frame = 0;
    let left = 6;
    const look = (): void => {
      mark.current?.scrollIntoView({ block: "center" });
      left -= 1;
      if (left > 0) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [blocks]);
  return mark;
}
