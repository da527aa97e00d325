import type { ReportData } from '@byoml/core/reporting';
import { html, type Html } from '../page/html.ts';
import { share } from '../page/numbers.ts';
import { calibrationPlot, withinBand, type CalibrationPoint } from '../pictures/calibration-plot.ts';
import { legend, numbersTable } from '../pictures/figure.ts';
import { section } from './section.ts';

function says(points: readonly CalibrationPoint[]): string {
  const outside = points.filter((point) => !withinBand(point));
  if (outside.length === 0) return `What was called rare was rare: all ${points.length} points lie within the band that chance allows.`;
  const more = outside.filter(({ observed, expected }) => observed > expected).length;
  const parts = [more > 0 && `${more} came more often than expected`, outside.length > more && `${outside.length - more} less often`].filter((part) => part !== false);
  return `${points.length - outside.length} of ${points.length} points lie within the band that chance allows; ${parts.join(', ')}.`;
}

/** Whether one in a hundred is one in a hundred. */
export function calibration({ picture: { calibration: points } }: ReportData): Html {
  const title = 'Calibration';
  if (points.length === 0) return section({ id: 'calibration', title, says: null, body: html`<p class="empty">Nothing was calibrated, or no new access was scored: whether “1 in N” holds cannot be checked in this run.</p>` });
  const said = says(points);
  const keys = legend([{ mark: 'dot', means: 'observed, within the band' }, { mark: 'diamond', means: 'observed, outside it' }, { mark: 'band', means: 'what chance allows' }]);
  const rows = points.map((point) => html`<tr><th scope="row">${share(point.expected)}</th><td>${share(point.observed)}</td><td>${share(point.low)} to ${share(point.high)}</td><td>${withinBand(point) ? 'within' : '◆ outside'}</td></tr>`);
  return section({ id: 'calibration', title, says: html`${said}`, body: html`<figure class="square">${calibrationPlot(points, `Expected against observed share of new accesses. ${said}`)}${keys}</figure>${numbersTable('Expected against observed share', ['Expected', 'Observed', 'Band', ''], rows)}` });
}
