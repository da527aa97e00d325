import { Flags } from '@oclif/core';
import { writeCybermlSample, type SampleReport } from '@byoml/core/samples';
import { ByomlCommand } from '../../command.ts';

export default class SampleCyberml extends ByomlCommand {
  static override summary = "Write Microsoft's CyberML sample data (generated, not real).";
  static override description = 'Nine files user,resource,count: train, intra and inter of the shapes default, notebook and components; equal to the original generator byte for byte. Any method separates them, so they are no measure of quality.';
  static override examples = ['<%= config.bin %> sample cyberml --out ./sample', '<%= config.bin %> sample cyberml --out ./sample --shape notebook'];
  static override flags = {
    out: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder to write to.' }),
    shape: Flags.option({ options: ['default', 'notebook', 'components'] as const, multiple: true })({ description: 'Only this shape (repeatable).' }),
  };

  async run(): Promise<SampleReport> {
    const { flags } = await this.parse(SampleCyberml);
    const report = await writeCybermlSample(flags.out, flags.shape ?? ['default', 'notebook', 'components']);
    this.log(`generated ${report.files.length} files in ${report.folder}: ${report.files.join(', ')}`);
    return report;
  }
}
