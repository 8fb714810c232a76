import { ActionIcon, Button, Loader, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useRef, useState } from "react";
import type { Comparison } from "../core/contract/index.ts";
import styles from "./App.module.css";
import { useEngine } from "./engine/engine-context.tsx";
import { useAskSettings } from "./panels/comparison/ask-settings.ts";
import { ComparisonPanel } from "./panels/comparison/ComparisonPanel.tsx";
import { HistoryDrawer } from "./panels/comparison/HistoryDrawer.tsx";
import { SettingsDrawer } from "./panels/comparison/SettingsDrawer.tsx";
import { useComparison } from "./panels/comparison/use-comparison.ts";
import { useDistillation } from "./panels/distillation/use-distillation.ts";
import { CollectionPicker } from "./panels/documents/CollectionPicker.tsx";
import { DocumentDrawer, type DocumentPlace } from "./panels/documents/DocumentDrawer.tsx";
import { DocumentsPanel } from "./panels/documents/DocumentsPanel.tsx";
import { FIRST_COLLECTION, useIntake } from "./panels/documents/use-intake.ts";
import { WindowDropZone } from "./panels/documents/WindowDropZone.tsx";
import { AdapterPicker } from "./panels/models/AdapterPicker.tsx";
import { ModelPicker } from "./panels/models/ModelPicker.tsx";
import { FilterPicker } from "./panels/retrieval/FilterPicker.tsx";
import { RetrievalDrawers } from "./panels/retrieval/RetrievalDrawers.tsx";
import { useRetrievalViews } from "./panels/retrieval/use-retrieval-views.ts";
import { DatasetOffer } from "./panels/training/DatasetOffer.tsx";
import { routeFiles } from "./panels/training/route-files.ts";
import { shareDone } from "./panels/training/training-state.ts";
import { TrainingPanel } from "./panels/training/TrainingPanel.tsx";
import { usePeftImport } from "./panels/training/use-peft-import.ts";
import { useTraining } from "./panels/training/use-training.ts";
import { useTrainingForm } from "./panels/training/use-training-form.ts";
import { collectionIdsOf } from "./panels/workspace/picks.ts";
import { ScreenSwitch } from "./panels/workspace/ScreenSwitch.tsx";
import { ThemeSwitch } from "./panels/workspace/ThemeSwitch.tsx";
import { useScreen } from "./panels/workspace/use-screen.ts";
import { useWorkspace, type Workspace, type WorkspaceHandle } from "./panels/workspace/use-workspace.ts";
import { FourfoldMark } from "./parts/ArmGlyph.tsx";
import { FailureNotice } from "./parts/FailureNotice.tsx";
import { HistoryIcon, PanelIcon, SettingsIcon } from "./parts/icons.tsx";

/** Two screens under one header: question and four answers with the documents beside them, and the making of adapters. */
export function App() {
  const handle = useWorkspace();
  const { health } = useEngine();
  // A lost connection is said once, by the banner.
  const failure = health.status === "ready" ? handle.failure : null;
  return (
    <div className={styles.app}>
      <HealthBanner />
      {failure !== null && (
        <div className={styles.notice}>
          <FailureNotice failure={failure}>
            {handle.workspace === null && (
              <Button size="compact-sm" variant="default" onClick={handle.retry}>
                Try again
              </Button>
            )}
          </FailureNotice>
        </div>
      )}
      {handle.workspace === null ? (
        <Opening
          words={health.status === "ready" ? (failure === null ? null : "Not opened") : "Waiting for the engine"}
        />
      ) : (
        <Workbench handle={handle} workspace={handle.workspace} />
      )}
    </div>
  );
}

function Workbench({ handle, workspace }: { handle: WorkspaceHandle; workspace: Workspace }) {
  const { pick, configure } = handle;
  const { picks, models, loaded, collections, settings } = workspace;
  const [screen, setScreen] = useScreen();
  const [question, setQuestion] = useState("");
  const [askSettings, setAskSettings] = useAskSettings();
  const [open, setOpen] = useState<"history" | "settings" | null>(null);
  const [place, setPlace] = useState<DocumentPlace | null>(null);
  const isNarrow = useMediaQuery("(max-width: 1099px)", undefined, { getInitialValueInEffect: false });
  const [showsDocuments, setShowsDocuments] = useState<boolean | null>(null);
  const comparison = useComparison();
  const collection = collections.find(({ id }) => id === picks.collectionId) ?? null;
  const retrieval = useRetrievalViews(collections, picks);
  const intake = useIntake(
    picks.collectionId,
    (collectionId) => collectionId !== picks.collectionId && void pick({ collectionId }),
  );
  // Held here, so that a look at the other screen loses neither a run nor what was typed.
  const training = useTraining();
  const form = useTrainingForm(picks.modelId);
  const peft = usePeftImport(picks.modelId);
  const distillation = useDistillation();
  const [offered, setOffered] = useState<File | null>(null);
  const pickModelFile = useModelFilePicker(intake.takeFiles, (paths) => intake.takePaths(paths, "model"));
  // Where there is little room the panel waits behind its button, until files arrive.
  const isPanelOpen = showsDocuments ?? (!isNarrow || intake.view.items.length > 0);
  const shut = (): void => setOpen(null);

  /** Whatever is dropped goes where it belongs; only a dataset dropped beside a question is asked about first. */
  function takeFiles(files: readonly File[]): void {
    const { dataset, peft: adapterFiles, others } = routeFiles(files);
    if (dataset !== null && screen === "train") form.dataset.take(dataset);
    else if (dataset !== null) setOffered(dataset);
    if (adapterFiles.length > 0) {
      setScreen("train");
      peft.take(adapterFiles);
    }
    intake.takeFiles(others);
  }

  function pickAsAsked(comparison: Comparison): void {
    const { modelId, adapters, collectionId, otherCollectionIds } = comparison;
    retrieval.setFilterOf(comparison);
    void pick({
      modelId,
      adapters: adapters.map((adapter) => ({ modelId: adapter.modelId, scale: adapter.scale })),
      collectionId,
      otherCollectionIds,
    });
  }

  function compareWith(modelId: string, adapterId: string): void {
    void pick({ modelId, adapters: [{ modelId: adapterId, scale: 1 }] });
    setScreen("compare");
  }

  return (
    <>
      <header className={styles.header}>
        <div className={styles.brand}>
          <FourfoldMark /> <span className={styles.brandName}>Fourfold</span>
        </div>
        <ScreenSwitch
          screen={screen}
          onChange={setScreen}
          trained={training.view.status === "running" ? shareDone(training.view) : null}
        />
        {screen === "compare" && (
          <>
            <HeaderButton
              label={isPanelOpen ? "Hide documents" : "Show documents"}
              onClick={() => setShowsDocuments(!isPanelOpen)}
            >
              <PanelIcon />
            </HeaderButton>
            <nav className={styles.pickers} aria-label="What is compared">
              <ModelPicker
                models={models}
                loaded={loaded}
                pickedId={picks.modelId}
                onPick={(modelId) => void pick({ modelId })}
                onAddFile={pickModelFile.open}
              />
              <AdapterPicker
                models={models}
                baseId={picks.modelId}
                picked={picks.adapters}
                onPick={(adapters) => void pick({ adapters })}
                onAddFile={pickModelFile.open}
              />
              <CollectionPicker
                collections={collections}
                pickedIds={collectionIdsOf(picks)}
                onOpen={handle.lookAtCollections}
                onPick={([collectionId = null, ...otherCollectionIds]) =>
                  void pick({ collectionId, otherCollectionIds })
                }
              />
              <FilterPicker
                collectionIds={collectionIdsOf(picks)}
                filter={retrieval.filter}
                onChange={retrieval.setFilter}
              />
            </nav>
          </>
        )}
        <div className={styles.tools}>
          {screen === "compare" && (
            <>
              <HeaderButton label="History" onClick={() => setOpen("history")}>
                <HistoryIcon />
              </HeaderButton>
              <HeaderButton label="Settings" onClick={() => setOpen("settings")}>
                <SettingsIcon />
              </HeaderButton>
            </>
          )}
          <ThemeSwitch theme={settings.theme} onChange={(theme) => void configure({ theme })} />
        </div>
      </header>
      {offered !== null && (
        <DatasetOffer
          name={offered.name}
          onTrain={() => {
            form.dataset.take(offered);
            setOffered(null);
            setScreen("train");
          }}
          onClose={() => setOffered(null)}
        />
      )}
      {screen === "train" ? (
        <div className={styles.body}>
          <TrainingPanel
            workspace={workspace}
            form={form}
            training={training}
            peft={peft}
            distillation={distillation}
            intake={intake}
            onFiles={takeFiles}
            onPickBase={(modelId) => void pick({ modelId })}
            onAddModel={pickModelFile.open}
            onCompare={compareWith}
          />
        </div>
      ) : (
        <div className={styles.body}>
          {isPanelOpen && (
            <DocumentsPanel
              collection={collection}
              intake={{ ...intake, takeFiles }}
              onOpenDocument={({ id, name }) => setPlace({ documentId: id, name, span: null, page: null })}
              onInspect={retrieval.inspect}
              onCorpus={retrieval.showCorpus}
            />
          )}
          <ComparisonPanel
            workspace={workspace}
            comparison={comparison}
            askSettings={askSettings}
            question={question}
            onQuestion={setQuestion}
            onOpenCitation={({ documentId, document, page, start, end }) =>
              setPlace({ documentId, name: document, page, span: { start, end } })
            }
            onOpenPassage={({ documentId, document, page, start, end }) =>
              setPlace({ documentId, name: document, page, span: { start, end } })
            }
            filter={retrieval.filter}
            onPickAsAsked={pickAsAsked}
            onExplain={retrieval.explain}
          />
        </div>
      )}
      <RetrievalDrawers views={retrieval} onOpen={setPlace} />
      <DocumentDrawer place={place} onClose={() => setPlace(null)} />
      <HistoryDrawer
        isOpen={open === "history"}
        onClose={shut}
        onPick={(picked) => {
          shut();
          comparison.open(picked);
        }}
      />
      <SettingsDrawer
        isOpen={open === "settings"}
        onClose={shut}
        settings={askSettings}
        onChange={setAskSettings}
        systemPrompts={settings.systemPrompts}
        onSystemPrompts={(systemPrompts) => void configure({ systemPrompts })}
        retrieval={settings.retrieval}
        onRetrieval={(retrieval) => void configure({ retrieval })}
        base={models.find(({ id }) => id === picks.modelId) ?? null}
        adapters={models.filter(({ kind }) => kind === "adapter")}
      />
      <WindowDropZone
        onFiles={takeFiles}
        words={
          screen === "train"
            ? "JSONL and CSV become the dataset; GGUF files become models and adapters."
            : `Documents go into ${collection?.name ?? FIRST_COLLECTION}; GGUF files become models and adapters.`
        }
      />
      {pickModelFile.input}
    </>
  );
}

/** Picks GGUF files: by the desktop's own picker, or the browser's. */
function useModelFilePicker(onFiles: (files: readonly File[]) => void, onPaths: (paths: readonly string[]) => void) {
  const element = useRef<HTMLInputElement>(null);
  return {
    open: () => {
      if (window.fourfold === undefined) element.current?.click();
      else void window.fourfold.pickFiles("model").then(onPaths);
    },
    input: (
      <input
        ref={element}
        type="file"
        accept=".gguf"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    ),
  };
}

function HeaderButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function HealthBanner() {
  const { health } = useEngine();
  if (health.status === "connecting" || health.status === "ready") return null;
  return (
    <p className={styles.banner} role="alert" data-status={health.status}>
      {health.message}
    </p>
  );
}

/** @param words  why it is not being opened just now; null while it is */
function Opening({ words }: { words: string | null }) {
  return (
    <div className={styles.opening} role="status">
      <FourfoldMark size={48} />
      <span className={styles.openingWords}>
        {words ?? (
          <>
            <Loader size="xs" /> Opening the workspace…
          </>
        )}
      </span>
    </div>
  );
}
