import { ByomlError, z } from '@byoml/core';
import { reportData, type ReportData } from '@byoml/core/reporting';
import { html } from './page/html.ts';
import { count, instantText } from './page/numbers.ts';
import { page } from './page/page.ts';
import { visibleName } from './page/text.ts';
import { budget } from './sections/budget.ts';
import { calibration } from './sections/calibration.ts';
import { flow } from './sections/flow.ts';
import { funnel } from './sections/funnel.ts';
import { header } from './sections/header.ts';
import { meaning } from './sections/meaning.ts';
import { next, scanners, warnings } from './sections/notes.ts';
import { earlier, queue } from './sections/queue.ts';
import { scores } from './sections/scores.ts';

const generatedLabel = 'generated data, not real';

function parsed(data: ReportData): ReportData {
  const result = reportData.safeParse(data);
  if (result.success) return result.data;
  const places = result.error.issues.slice(0, 3).map(({ path, message }) => `${z.core.toDotPath(path) || 'the whole'}: ${message}`);
  throw new ByomlError('INTERNAL', `The report cannot be made, since its data is not what the report expects: ${places.join('; ')}.`, { cause: result.error });
}

const links = [
  { id: 'queue', text: 'Queue' }, { id: 'budget', text: 'Per day' }, { id: 'funnel', text: 'Funnel' }, { id: 'flow', text: 'Flow' },
  { id: 'scores', text: 'Scores' }, { id: 'calibration', text: 'Calibration' }, { id: 'meaning', text: 'Meaning' }, { id: 'next', text: 'Next' },
];

/**
 * The report of a run as one HTML document that loads nothing: it opens from a disk, prints, and works without a script.
 *
 * @throws ByomlError `INTERNAL` when the data does not follow the schema; the message names the place.
 */
export function renderReport(data: ReportData): string {
  const valid = parsed(data);
  const parts = [queue, earlier, budget, funnel, flow, scores, calibration, scanners, warnings, meaning, next];
  const title = `${visibleName(valid.detection)}, run ${count(valid.run)}${valid.generated ? `: ${generatedLabel}` : ''} — byoml`;
  return page({
    title, generated: valid.generated, header: header(valid), links,
    main: html`${parts.map((part) => part(valid))}`,
    footer: html`Made ${instantText(valid.made)} by byoml. This file loads nothing and sends nothing.${valid.generated && ' Its data is generated, not real.'}`,
  });
}
