import { ActionIcon, Loader } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { PDFDocumentProxy } from "unpdf/pdfjs";
import type { Document, Failure, PageRectangle } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import { ChevronIcon, MinusIcon, PlusIcon } from "../../parts/icons.tsx";
import type { DocumentPlace } from "./DocumentDrawer.tsx";
import { openPdf } from "./open-pdf.ts";
import styles from "./PdfPages.module.css";

/** Of the width there is; finer than a quarter nobody asks for. */
const ZOOM_STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const noRectangles: PageRectangle[] = [];

interface PdfPagesProps {
  document: Document;
  place: DocumentPlace;
  /** Null for a file the engine has, but that cannot be drawn. */
  onFailure: (failure: Failure | null) => void;
}

/** The pages of a PDF as they look, with what is cited marked where it stands. */
export function PdfPages({ document, place, onFailure }: PdfPagesProps) {
  const { id } = document;
  const file = useLive(id, [], (engine, documentId, options) => engine.documents.file({ documentId }, options));
  const { span } = place;
  const marked = useLive(span === null ? null : `${id} ${span.start} ${span.end}`, [], (engine, _key, options) =>
    engine.documents.rectangles({ documentId: id, span: span! }, options),
  );
  const pdf = useOpenPdf(file.value?.base64 ?? null, () => onFailure(null));
  useEffect(() => {
    if (file.failure !== null) onFailure(file.failure);
  }, [file.failure, onFailure]);

  const isReady = pdf !== null && (span === null || marked.value !== null || marked.failure !== null);
  if (!isReady) return <Loader size="sm" aria-label="Opening the pages" />;
  return <Pages pdf={pdf} name={document.name} first={place.page} marks={marked.value ?? noRectangles} />;
}

function Pages(props: { pdf: PDFDocumentProxy; name: string; first: number | null; marks: PageRectangle[] }) {
  const { pdf, name, first, marks } = props;
  const [number, setNumber] = useState(Math.min(marks[0]?.page ?? first ?? 1, pdf.numPages));
  const [zoom, setZoom] = useState(1);
  const step = (by: 1 | -1): void =>
    setZoom((now) => ZOOM_STEPS[Math.min(Math.max(ZOOM_STEPS.indexOf(now) + by, 0), ZOOM_STEPS.length - 1)]!);
  return (
    <>
      <div className={styles.controls} role="toolbar" aria-label="Pages">
        <Control label="Page before" isDisabled={number === 1} onClick={() => setNumber(number - 1)}>
          <span className={styles.backward}>
            <ChevronIcon />
          </span>
        </Control>
        <span aria-live="polite">
          Page {number} of {pdf.numPages}
        </span>
        <Control label="Next page" isDisabled={number === pdf.numPages} onClick={() => setNumber(number + 1)}>
          <span className={styles.forward}>
            <ChevronIcon />
          </span>
        </Control>
        <span className={styles.gap} />
        <Control label="Smaller" isDisabled={zoom === ZOOM_STEPS[0]} onClick={() => step(-1)}>
          <MinusIcon />
        </Control>
        <span>{Math.round(zoom * 100)} %</span>
        <Control label="Larger" isDisabled={zoom === ZOOM_STEPS.at(-1)} onClick={() => step(1)}>
          <PlusIcon />
        </Control>
      </div>
      <Page key={number} pdf={pdf} number={number} zoom={zoom} name={name} marks={marks} />
    </>
  );
}

interface PageProps {
  pdf: PDFDocumentProxy;
  number: number;
  zoom: number;
  name: string;
  marks: PageRectangle[];
}

function Page({ pdf, number, zoom, name, marks }: PageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const firstMark = useRef<HTMLDivElement>(null);
  /** Points; null until the page is open. */
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [isDrawn, setIsDrawn] = useState(false);

  useEffect(() => {
    let stop = (): void => {};
    let isGone = false;
    void (async () => {
      const page = await pdf.getPage(number);
      if (isGone || canvas.current === null) return;
      const { width, height } = page.getViewport({ scale: 1 });
      setSize({ width, height });
      const shownWidth = canvas.current.parentElement!.parentElement!.clientWidth * zoom;
      const viewport = page.getViewport({ scale: (shownWidth / width) * window.devicePixelRatio });
      Object.assign(canvas.current, { width: Math.ceil(viewport.width), height: Math.ceil(viewport.height) });
      const task = page.render({ canvas: canvas.current, viewport });
      stop = () => task.cancel();
      await task.promise;
      if (!isGone) setIsDrawn(true);
      // Cancelled because another page or size is wanted: nothing to say.
    })().catch(() => {});
    return () => {
      isGone = true;
      stop();
    };
  }, [pdf, number, zoom]);
  useEffect(() => {
    if (isDrawn) firstMark.current?.scrollIntoView({ block: "center" });
  }, [isDrawn]);

  const onPage = marks.filter(({ page }) => page === number);
  return (
    <div className={styles.window} tabIndex={0}>
      <div
        className={styles.sheet}
        role="img"
        aria-label={`Page ${number} of ${name}${onPage.length > 0 ? ", with the cited passage marked" : ""}`}
        aria-busy={!isDrawn}
        style={{ width: `${zoom * 100}%`, ...(size && { aspectRatio: `${size.width} / ${size.height}` }) }}
      >
        <canvas ref={canvas} className={styles.canvas} />
        {size !== null &&
          onPage.map(({ x, y, width, height }, index) => (
            <div
              key={index}
              ref={index === 0 ? firstMark : null}
              className={styles.mark}
              style={{
                left: `${(x / size.width) * 100}%`,
                top: `${(y / size.height) * 100}%`,
                width: `${(width / size.width) * 100}%`,
                height: `${(height / size.height) * 100}%`,
              }}
            />
          ))}
      </div>
    </div>
  );
}

/** Null while it is being opened. */
function useOpenPdf(base64: string | null, onFailure: () => void): PDFDocumentProxy | null {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const latest = useRef(onFailure);
  useEffect(() => void (latest.current = onFailure));
  useEffect(() => {
    if (base64 === null) return;
    let isGone = false;
    const opening = openPdf(base64);
    opening.then(
      (opened) => (isGone ? undefined : setPdf(opened)),
      () => (isGone ? undefined : latest.current()),
    );
    return () => {
      isGone = true;
      setPdf(null);
      void opening.then((opened) => opened.loadingTask.destroy()).catch(() => {});
    };
  }, [base64]);
  return pdf;
}

function Control(props: { label: string; isDisabled: boolean; onClick: () => void; children: React.ReactNode }) {
  const { label, isDisabled, onClick, children } = props;
  return (
    <ActionIcon variant="default" size="md" aria-label={label} title={label} disabled={isDisabled} onClick={onClick}>
      {children}
    </ActionIcon>
  );
}
