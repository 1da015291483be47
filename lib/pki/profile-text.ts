/** Text in pieces: words, and what is written exactly so. Printed as markdown and as HTML. */
export type ProfileText = string | readonly (string | { readonly code: string })[];

export function code(text: string): { readonly code: string } {
  return { code: text };
}

export type ProfileTable = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly ProfileText[])[];
};

export type ProfileSection = {
  /** The fragment of its address, never changed. */
  readonly id: string;
  readonly title: string;
  /** Paragraphs before the table. */
  readonly before: readonly ProfileText[];
  readonly table: ProfileTable;
  /** Paragraphs after the table. */
  readonly after: readonly ProfileText[];
};
