import { createRequire } from 'node:module';
import type { DuckDBInstance } from '@duckdb/node-api';

// DuckDB alone, in a process of its own: the accesses per day, account and share of the export in the folder of the first argument.
const [folder] = process.argv.slice(2);
const { DuckDBInstance: Instance } = createRequire(import.meta.resolve('@byoml/duckdb'))('@duckdb/node-api') as { readonly DuckDBInstance: typeof DuckDBInstance };
const connection = await (await Instance.create(':memory:')).connect();
const started = performance.now();
await connection.run(`
  CREATE TABLE accesses AS
  SELECT CAST(TimeGenerated AS DATE) AS day, SubjectDomainName || '\\' || SubjectUserName AS account, '\\\\' || Computer || '\\' || string_split(ShareName, '\\')[-1] AS share,
    count(*) AS count, list_sort(list_distinct(list(IpAddress))) AS hosts, min(TimeGenerated) AS "first", max(TimeGenerated) AS "last"
  FROM (SELECT DISTINCT ON (_ItemId) * FROM read_json('${folder}/**/*.json', format = 'newline_delimited', hive_partitioning = false, columns = {
    EventID: 'BIGINT', TimeGenerated: 'TIMESTAMP', SubjectDomainName: 'VARCHAR', SubjectUserName: 'VARCHAR', Computer: 'VARCHAR', ShareName: 'VARCHAR', IpAddress: 'VARCHAR', _ItemId: 'VARCHAR' }) WHERE EventID IN (5140, 5145))
  GROUP BY 1, 2, 3`);
const seconds = (performance.now() - started) / 1000;
const accesses = Number((await connection.runAndReadAll('SELECT sum(count) FROM accesses')).getRowsJson()[0]?.[0]);
process.stdout.write(JSON.stringify({ seconds, accesses, peakMb: process.resourceUsage().maxRSS / 1024 }));
