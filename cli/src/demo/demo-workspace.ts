import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DemoWorkspace {
  readonly folder: string;
  /** Where the generated enterprise goes. */
  readonly data: string;
  readonly workspace: string;
  readonly detection: string;
}

const name = 'share-access';

/** What a SOC team would write for its own export; `byoml init` writes such a file. */
const detectionText = `# Generated data, not real: see ../../enterprise/README.md
version: 1
name: ${name}
source: { use: files/data-export, settings: { path: ../enterprise/export, table: SecurityEvent } }
view: anomalous-resource-access/windows-file-shares
enrich:
  - { source: { use: files/table, settings: { path: ../enterprise/people.csv } }, key: user, columns: [manager, team, department, title] }
algorithm: anomalous-resource-access/access-walk
scanners: ['svc-*']
train: { window: 45d, every: 7d }
budget: 10/day
rules: [anomalous-resource-access/unusual-access]
sinks:
  - { use: files/table, settings: { path: ./results.jsonl, mode: append } }
`;

/** A temporary folder with an empty place for the data and a workspace with one detection. */
export async function demoWorkspace(): Promise<DemoWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-demo-'));
  const workspace = join(folder, 'soc');
  await mkdir(join(workspace, 'detections'), { recursive: true });
  await writeFile(join(workspace, 'detections', `${name}.yaml`), detectionText);
  return { folder, data: join(folder, 'enterprise'), workspace, detection: name };
}
