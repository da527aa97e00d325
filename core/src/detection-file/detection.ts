/** A component and its settings, as a detection file names it. */
export interface Use {
  /** `package/component[:profile]` */
  readonly use: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A view written in the detection file itself. */
export interface InlineView {
  readonly table: string;
  /** Input column of the algorithm → path in the record (`user` → `event_data.SubjectUserName`). */
  readonly columns: Readonly<Record<string, string>>;
  /** All must hold. */
  readonly where: ReadonlyArray<{ readonly columns: readonly string[]; readonly in: readonly string[] }>;
  /** SQL over `source`, whose columns are those of `columns`; selects them all when absent. */
  readonly sql: string | null;
}

/** Keeps the rows whose cell contains a match of `matching`, or none of `notMatching`. Regular expressions as JavaScript has them, flag `u`. */
export interface Filter {
  readonly column: string;
  readonly matching: RegExp | null;
  readonly notMatching: RegExp | null;
}

/** Columns of another table, joined by `key`. */
export interface Enrichment {
  readonly source: Use;
  readonly key: string;
  readonly columns: readonly string[];
}

export interface Calendar {
  /** IANA name. */
  readonly timeZone: string;
  /** 0 = Monday … 6 = Sunday. */
  readonly workdays: readonly number[];
  /** UTC day numbers, as `utcDay` counts them. */
  readonly holidays: readonly number[];
}

/** What shall not alert until it expires: rows whose every given key is what its pattern means. It changes nothing that is scored, and what it hides is not learned. */
export interface Suppression {
  /** Unique in its detection. */
  readonly id: string;
  /** Patterns with `*`, letter case aside; null where anything will do. An account matches with or without its domain; every host of a row must match. */
  readonly match: Readonly<Record<'user' | 'resource' | 'scope' | 'sourceHost', string | null>>;
  /** Who answers for it. */
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds UTC: it holds for windows that end no later. */
  readonly expires: number;
  /** Whether somebody confirmed that it may hide more than 1 % of the alerts. */
  readonly wide: boolean;
}

/** A parsed `detections/<name>.yaml` (settled 2). Durations are milliseconds. */
export interface Detection {
  readonly name: string;
  readonly source: Use;
  /** Null: the source's rows already have the algorithm's columns. */
  readonly view: Use | InlineView | null;
  readonly filters: readonly Filter[];
  readonly enrich: readonly Enrichment[];
  readonly algorithm: Use;
  readonly train: { readonly window: number; readonly every: number };
  readonly score: { readonly every: number; readonly lag: number };
  readonly budget: { readonly perDay: number };
  readonly calendar: Calendar;
  /** Accounts that scan by trade, as patterns with `*`: `svc-*`. They have a class and a budget of their own. */
  readonly scanners: readonly string[];
  readonly rules: readonly Use[];
  readonly sinks: readonly Use[];
  /** What is known and shall not alert for a while; expired ones are history. */
  readonly suppress: readonly Suppression[];
  /** Address of the engine. */
  readonly engine: string;
}

/** A detection and where in its file each part stands, for messages. */
export interface ParsedDetection {
  readonly detection: Detection;
  /** SHA-256 of what the file says, whatever its comments and layout. */
  readonly digest: string;
  /** `share-access.yaml:12:5` for a path such as `['algorithm', 'settings', 'halfLife']`: the nearest part that exists. */
  at(path: ReadonlyArray<string | number>): string;
}
