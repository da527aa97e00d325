import type { ReportData } from '@byoml/core/reporting';
import { html, type Html } from '../page/html.ts';
import { decimal, percent } from '../page/numbers.ts';
import { legend, numbersTable } from '../pictures/figure.ts';
import { scoreHistogram } from '../pictures/histogram.ts';
import { section } from './section.ts';

type Bins = ReportData['picture']['histogram'];

/** Half the sum of the differences: the share that would have to move for the two to be alike. */
const distance = (bins: Bins): number => bins.reduce((sum, { calibration, run }) => sum + Math.abs(calibration - run), 0) / 2;

function says(bins: Bins): string {
  const moved = distance(bins);
  const judged = moved < 0.1 ? 'The run looks like the days it was calibrated on' : moved < 0.25 ? 'The run differs somewhat from the days it was calibrated on' : 'The run differs much from the days it was calibrated on: read its numbers with care';
  return `${judged}; ${percent(moved)} of the new accesses would have to move for the two to be alike.`;
}

/** Surprise then and now. */
export function scores({ picture: { histogram }, incidents }: ReportData): Html {
  const title = 'Score distribution';
  if (histogram.length === 0) return section({ id: 'scores', title, says: null, body: html`<p class="empty">No new accesses were scored, or nothing was calibrated: there is no distribution to show.</p>` });
  const said = says(histogram);
  const keys = legend([{ mark: 'usual', means: 'this run' }, { mark: 'outline', means: 'calibration' }, { mark: 'diamond', means: 'rows of the incidents above' }]);
  const rows = histogram.map(({ from, to, calibration, run }) => html`<tr><th scope="row">${decimal(from)} to ${decimal(to)}</th><td>${percent(calibration)}</td><td>${percent(run)}</td></tr>`);
  const alerts = incidents.flatMap((item) => item.alerts.map(({ surprise }) => surprise));
  return section({ id: 'scores', title, says: html`${said}`, body: html`<figure>${scoreHistogram(histogram, alerts, `Share of new accesses by surprise, run against calibration. ${said}`)}${keys}<p class="hint">Share of the new accesses by surprise; the scale is a square root, so that the rare ones can be seen.</p></figure>${numbersTable('Share of new accesses by surprise', ['Surprise', 'Calibration', 'This run'], rows)}` });
}
