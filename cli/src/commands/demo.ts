import { join } from 'node:path';
import { scoreFile, trainOnFiles, type Session } from '@byoml/core/ad-hoc';
import { writeCybermlSample } from '@byoml/core/samples';
import { ByomlCommand } from '../command.ts';
import { rank, type Ranked } from '../demo/ranking.ts';
import { demoWorkspace } from '../demo/workspace.ts';
import { bold, dim } from '../render/colour.ts';
import { rankingText } from '../render/ranking.ts';
import { openSession } from '../session.ts';

const algorithm = 'anomalous-resource-access/access-walk';
const view = { address: 'anomalous-resource-access/cloudtrail-api-calls', set: [] };

export default class Demo extends ByomlCommand {
  static override summary = 'Train on real accesses and print a ranked, explained list.';
  static override description = 'First real CloudTrail accesses (principal → API call) of one attack simulation: learns the earlier part, scores the later one. Then generated sample data. Everything stays in a temporary folder, which is printed.';
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --json'];

  async run(): Promise<{ folder: string; cloudtrail: Ranked[]; generated: Ranked[] }> {
    await this.parse(Demo);
    const { folder, ...files } = await demoWorkspace();
    await using session = await openSession({ json: this.jsonEnabled(), signal: this.signal, progress: this.progress });
    const cloudtrail = await this.#detect(session, { ...files, view, top: 8 });
    this.progress.stop();
    this.log(`${bold('Real CloudTrail accesses')} ${dim('(one attack simulation: learned the first 60 % of its events, scored the rest; provisional calibration)')}\n${rankingText(cloudtrail)}\n`);
    const sample = await writeCybermlSample(join(folder, 'sample'), ['default']);
    const generated = await this.#detect(session, {
      earlier: join(sample.folder, 'default-train.csv'), later: join(sample.folder, 'default-inter.csv'), model: join(folder, 'sample-model'), scored: join(folder, 'sample-scored.jsonl'), top: 4,
    });
    this.progress.stop();
    this.log(`${bold('Generated data')} ${dim('(CyberML sample: departments reaching into each other; any method finds these)')}\n${rankingText(generated)}\n`);
    this.log(`everything is in ${folder}\n\nnext, your own file: byoml train --algorithm ${algorithm} --data accesses.csv --model ./model`);
    return { folder, cloudtrail, generated };
  }

  async #detect(session: Session, job: { earlier: string; later: string; model: string; scored: string; top: number; view?: typeof view }): Promise<Ranked[]> {
    const { model, scored, top } = job;
    await trainOnFiles(session, { algorithm, set: [], data: [job.earlier], model, ...(job.view && { view: job.view }) });
    await scoreFile(session, { model, data: [job.later], out: scored });
    return rank(session, { model, data: [job.later], scored, top });
  }
}
