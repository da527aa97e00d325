import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The part of Microsoft's Kusto language service that is used here. */
interface Kusto {
  readonly KustoCode: { ParseAndAnalyze(query: string, globals: unknown): { GetDiagnostics(): List<Diagnostic>; readonly ResultType: { readonly Columns: List<{ readonly Name: string; readonly Type: { readonly Name: string } }> } | null; readonly Syntax: unknown } };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: { readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } }; readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly unknown[]) => unknown } };
}
interface List<T> {
  readonly Count: number;
  getItem(at: number): T;
}
interface Diagnostic {
  readonly Code: string;
  readonly Severity: string;
  readonly Start: number;
  readonly Length: number;
  readonly Message: string;
}

export type KqlTables = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface BoundQuery {
  /** What the parser and the binder say against it, each with the text it is about. */
  readonly faults: readonly string[];
  /** Its result: column → type. */
  readonly columns: Readonly<Record<string, string>>;
}

const items = <T>(list: List<T>): T[] => Array.from({ length: list.Count }, (_, at) => list.getItem(at));

let loaded: Kusto | null | undefined;

/** The service is large and slow to begin with, so there is one; undefined where the package is not installed. */
function kusto(): Kusto | undefined {
  if (loaded === undefined) {
    try {
      // Both write globals, and the second needs those of the first.
      require('@kusto/language-service-next/bridge.min.js');
      require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
      loaded = (globalThis as unknown as { readonly Kusto: { readonly Language: Kusto } }).Kusto.Language;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
      loaded = null;
    }
  }
  return loaded ?? undefined;
}

export const hasKusto = (): boolean => kusto() !== undefined;

/** Types that a data collection rule spells otherwise than Kusto. */
const spelled = (type: string): string => (type === 'boolean' ? 'bool' : type);

/** Reads a query as the service would, against a workspace with these tables. */
export function bindKql(query: string, tables: KqlTables): BoundQuery {
  const { Symbols, GlobalState, KustoCode } = kusto() as Kusto;
  const symbols = Object.entries(tables).map(([name, columns]) => Symbols.TableSymbol.From(`(${Object.entries(columns).map(([column, type]) => `${column}: ${spelled(type)}`).join(', ')})`).WithName(name));
  const code = KustoCode.ParseAndAnalyze(query, GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', symbols)));
  const diagnostics = code.GetDiagnostics();
  const columns = code.ResultType?.Columns;
  return {
    faults: items(diagnostics).map(({ Code, Message, Start, Length }) => `${Code}: ${Message} at "${query.slice(Start, Start + Length)}"`),
    columns: columns ? Object.fromEntries(items(columns).map(({ Name, Type }) => [Name, Type.Name])) : {},
  };
}
