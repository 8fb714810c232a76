import type { ReactNode } from "react";

/** Our few icons: 16-pixel outlines in the colour of the text around them, hidden from readers, whose buttons carry the words. */
function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const ChevronIcon = () => (
  <Icon>
    <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 3.5v-1h-8v8h1" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="m3 8.5 3.2 3.2L13 5" />
  </Icon>
);
export const MinusIcon = () => (
  <Icon>
    <path d="M3.5 8h9" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M3.5 8h9M8 3.5v9" />
  </Icon>
);
export const DetailsIcon = () => (
  <Icon>
    <path d="M3 4h10M3 8h10M3 12h6" />
  </Icon>
);
export const DocumentIcon = () => (
  <Icon>
    <path d="M9 2H4.5A1.5 1.5 0 0 0 3 3.5v9A1.5 1.5 0 0 0 4.5 14h7a1.5 1.5 0 0 0 1.5-1.5V6zM9 2v4h4" />
  </Icon>
);
export const FilterIcon = () => (
  <Icon>
    <path d="M2 3.500h12l-4.700 5.500v4L6.700 11.500V9z" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m4.500 4.500 7 7M11.500 4.500l-7 7" />
  </Icon>
);
export const HistoryIcon = () => (
  <Icon>
    <path d="M2.5 8a5.5 5.5 0 1 1 1.7 4M2.5 8 1.2 6.6M2.5 8l1.6-1.2M8 5v3.2l2 1.3" />
  </Icon>
);
export const ModelIcon = () => (
  <Icon>
    <rect x="4" y="4" width="8" height="8" rx="1.5" />
    <path d="M6.5 4V2M9.5 4V2M6.5 14v-2M9.5 14v-2M4 6.500H2M4 9.500H2M14 6.500h-2M14 9.500h-2" />
  </Icon>
);
export const AdapterIcon = () => (
  <Icon>
    <path d="M8 2 2.5 5 8 8l5.5-3zM2.5 8 8 11l5.5-3M2.5 11 8 14l5.5-3" />
  </Icon>
);
export const PanelIcon = () => (
  <Icon>
    <rect x="2" y="3" width="12" height="10" rx="1.5" />
    <path d="M6.5 3v10" />
  </Icon>
);
export const FolderIcon = () => (
  <Icon>
    <path d="M2 12V4.500A1 1 0 0 1 3 3.500h3.500l1.500 2h5a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z" />
  </Icon>
);
export const SyncIcon = () => (
  <Icon>
    <path d="M13 6.500A5.200 5.200 0 0 0 3.600 5M3 9.500A5.200 5.200 0 0 0 12.400 11M3.500 2.500V5.200H6.200M12.500 13.500v-2.700H9.800" />
  </Icon>
);
export const RemoveIcon = () => (
  <Icon>
    <path d="M3 4.500h10M6.5 4.500V3h3v1.500M4.5 4.5 5 13h6l.5-8.5" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M2.5 5H9M13 5h.5M2.5 11H3M7 11h6.5" />
    <circle cx="11" cy="5" r="1.7" />
    <circle cx="5" cy="11" r="1.7" />
  </Icon>
);
export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.2 8h1.300M3.4 3.400l.9.9M11.7 11.700l.9.9M12.6 3.400l-.9.9M4.3 11.700l-.9.9" />
  </Icon>
);
export const MoonIcon = () => (
  <Icon>
    <path d="M13.2 9.700A5.6 5.6 0 0 1 6.3 2.8 5.6 5.6 0 1 0 13.2 9.700Z" />
  </Icon>
);
export const SystemThemeIcon = () => (
  <Icon>
    <rect x="2" y="3" width="12" height="8.5" rx="1.5" />
    <path d="M5.5 14h5" />
  </Icon>
);
export const UpIcon = () => (
  <Icon>
    <path d="m4.5 9.5 3.5-3.5 3.5 3.5" />
  </Icon>
);
export const WarningIcon = () => (
  <Icon>
    <path d="M8 2.5 14.2 13H1.800zM8 6.500v3M8 11.200v.1" />
  </Icon>
);
export const DropIcon = () => (
  <Icon>
    <path d="M8 2.500v7.300M5 7l3 3 3-3M2.5 11v2.500h11V11" />
  </Icon>
);
