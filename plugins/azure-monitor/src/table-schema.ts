import { sentinelColumns, type ColumnType } from '@byoml/core/results';

export type TableSchema = Readonly<Record<string, ColumnType>>;

/** What `layout: anomalies` sends: the columns of the table and of the stream. */
export const anomalyColumns: TableSchema = sentinelColumns;

/** What `layout: compat` sends: the columns of the stream. */
export const compatColumns = { TimeStamp: 'datetime', User: 'string', Resource: 'string', AnomalyScore: 'real' } as const satisfies TableSchema;

/** Columns of the table AnomalousResourceAccessResult_CL, whose names the older API had made of those of the stream. */
export const compatTableColumns = { TimeGenerated: 'datetime', TimeStamp_t: 'datetime', User_s: 'string', Resource_s: 'string', AnomalyScore_d: 'real' } as const satisfies TableSchema;

/** The rule's `transformKql` from the one to the other. */
export const compatTransform = 'source | project TimeGenerated = now(), TimeStamp_t = TimeStamp, User_s = User, Resource_s = Resource, AnomalyScore_d = AnomalyScore';

/** The `--columns` of `az monitor log-analytics workspace table create`. */
export const tableArguments = (schema: TableSchema): string => Object.entries(schema).map(([name, type]) => `${name}=${type}`).join(' ');

/** An entry of a data collection rule's `streamDeclarations`. */
export const streamDeclaration = (schema: TableSchema): { readonly columns: ReadonlyArray<{ readonly name: string; readonly type: ColumnType }> } => ({
  columns: Object.entries(schema).map(([name, type]) => ({ name, type })),
});
