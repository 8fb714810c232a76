import type { DocumentPlace } from "../documents/DocumentDrawer.tsx";
import { CorpusDrawer } from "./CorpusDrawer.tsx";
import { InspectorDrawer } from "./InspectorDrawer.tsx";
import type { RetrievalViews } from "./use-retrieval-views.ts";

interface RetrievalDrawersProps {
  views: RetrievalViews;
  /** Opens a document, at a passage where there is one. */
  onOpen: (place: DocumentPlace) => void;
}

/** The two looks behind an answer: why these passages, and what the documents are worth. */
export function RetrievalDrawers({ views, onOpen }: RetrievalDrawersProps) {
  return (
    <>
      <InspectorDrawer
        target={views.inspected}
        onClose={views.close}
        onOpenPassage={({ documentId, document, page, start, end }) =>
          onOpen({ documentId, name: document, page, span: { start, end } })
        }
      />
      <CorpusDrawer
        collection={views.corpusOf}
        onClose={views.close}
        onOpenDocument={({ id, name }) => onOpen({ documentId: id, name, span: null, page: null })}
        onUseFilter={(filter) => {
          views.setFilter(filter);
          views.close();
        }}
      />
    </>
  );
}
