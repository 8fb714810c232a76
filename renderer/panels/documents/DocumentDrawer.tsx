import { Drawer, Loader, SegmentedControl } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { DocumentText, Failure, Span } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes, plural } from "../../parts/format.ts";
import { cutDocument, headingPathAt, type TextBlock } from "./cut-document.ts";
import styles from "./DocumentDrawer.module.css";
import { PdfPages } from "./PdfPages.tsx";

/** A document to show, and the span to show in it. */
export interface DocumentPlace {
  documentId: string;
  name: string;
  span: Span | null;
  page: number | null;
}

/** A document, scrolled to the cited span: a PDF as its pages look, everything else as the text that was read. */
export function DocumentDrawer({ place, onClose }: { place: DocumentPlace | null; onClose: () => void }) {
  const text = useLive(place?.documentId ?? null, ["documents"], (engine, documentId, options) =>
    engine.documents.text({ documentId }, options),
  );
  return (
    <Drawer
      opened={place !== null}
      onClose={onClose}
      position="right"
      size={text.value?.document.format === "pdf" ? "xl" : "lg"}
      title={place?.name ?? ""}
      closeButtonProps={{ "aria-label": "Close" }}
      classNames={{ body: styles.body, content: styles.content }}
      overlayProps={{ backgroundOpacity: 0.25 }}
    >
      {text.failure !== null && <FailureNotice failure={text.failure} />}
      {text.value === null && text.failure === null && place !== null && (
        <Loader size="sm" aria-label="Opening the document" />
      )}
      {text.value !== null && place !== null && (
        <Opened key={`${place.documentId} ${place.span?.start}`} text={text.value} place={place} />
      )}
    </Drawer>
  );
}

function Opened({ text, place }: { text: DocumentText; place: DocumentPlace }) {
  const { document } = text;
  const { span, page } = place;
  const hasPages = document.format === "pdf";
  const [view, setView] = useState<"pages" | "text">(hasPages ? "pages" : "text");
  /** Why the pages cannot be shown; null inside when only this window cannot draw them. */
  const [trouble, setTrouble] = useState<{ failure: Failure | null } | null>(null);
  const fallBack = useCallback((failure: Failure | null) => {
    setTrouble({ failure });
    setView("text");
  }, []);
  const path = span === null ? [] : headingPathAt(text.headings, span.start);
  return (
    <>
      <div className={styles.head}>
        <p className={styles.place}>
          {page !== null && <strong>{`${document.format === "pptx" ? "Slide" : "Page"} ${page}`}</strong>}
          {path.length > 0 && <span>{path.join(" › ")}</span>}
          <span>
            {[document.format, formatBytes(document.sizeBytes), plural(document.chunkCount, "chunk")].join(" · ")}
          </span>
        </p>
        {hasPages && (
          <SegmentedControl
            size="xs"
            aria-label="Show as"
            value={view}
            onChange={(picked) => setView(picked as "pages" | "text")}
            data={[
              { value: "pages", label: "Pages", disabled: trouble !== null },
              { value: "text", label: "Text" },
            ]}
          />
        )}
      </div>
      {document.warnings.map(({ code, message }) => (
        <p key={code} className={styles.warning}>
          {message}
        </p>
      ))}
      {trouble?.failure && <FailureNotice failure={trouble.failure} />}
      {trouble !== null && trouble.failure === null && (
        <p className={styles.warning}>The pages of this file cannot be drawn; this is the text that was read.</p>
      )}
      {view === "pages" ? (
        <PdfPages document={document} place={place} onFailure={fallBack} />
      ) : (
        <Text text={text} span={span} />
      )}
    </>
  );
}

function Text({ text, span }: { text: DocumentText; span: Span | null }) {
  const blocks = useMemo(() => cutDocument(text, span), [text, span]);
  const mark = useScrollToMark(blocks);
  const word = text.document.format === "pptx" ? "Slide" : "Page";
  return (
    <div className={styles.text} tabIndex={0} role="document" aria-label={`Text of ${text.document.name}`}>
      {blocks.map((block, index) => (
        <Block key={block.start} block={block} word={word} mark={index === firstMarked(blocks) ? mark : null} />
      ))}
    </div>
  );
}

const firstMarked = (blocks: readonly TextBlock[]): number =>
  blocks.findIndex(({ pieces }) => pieces.some(({ kind }) => kind === "mark"));

function Block(props: { block: TextBlock; word: "Page" | "Slide"; mark: React.Ref<HTMLElement> }) {
  const { block, word, mark } = props;
  const { page, pieces } = block;
  const first = pieces.findIndex(({ kind }) => kind === "mark");
  return (
    <div className={styles.block}>
      {page !== null && <div className={styles.page}>{`${word} ${page}`}</div>}
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
