// Writes docs/cli.md from the command manifest. `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { commands } = JSON.parse(readFileSync(join(root, 'cli/oclif.manifest.json'), 'utf8'));
const exits = [
  [0, 'ok'], [1, 'internal'], [2, 'usage or configuration'], [3, 'data does not fit'], [4, 'plugin'],
  [5, 'model or trust refused'], [6, 'external service'], [7, 'state, lock or storage'], [130, 'cancelled'],
];

const cell = (text) => String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
const flagRow = ([name, flag]) => {
  const value = flag.type === 'option' ? ` ${flag.options ? flag.options.join('\\|') : flag.helpValue ?? (flag.name === 'row' || flag.name === 'seed' ? 'N' : 'TEXT')}` : '';
  const notes = [flag.required && 'required', flag.multiple && 'repeatable', flag.default !== undefined && `default ${flag.default}`].filter(Boolean).join(', ');
  return `| \`--${name}${value}\` | ${cell(flag.description)} | ${notes} |`;
};
const argRow = ([name, arg]) => `| \`${name.toUpperCase()}\` | ${cell(arg.description)} | ${[arg.required && 'required', arg.options && arg.options.join(', '), arg.default && `default ${arg.default}`].filter(Boolean).join(', ')} |`;

function section(command) {
  const id = command.id.replaceAll(':', ' ');
  const args = Object.entries(command.args ?? {});
  const flags = Object.entries(command.flags ?? {}).filter(([name]) => name !== 'json');
  const rows = [...args.map(argRow), ...flags.map(flagRow)];
  const examples = (command.examples ?? []).map((line) => (typeof line === 'string' ? line : `# ${line.description}\n${line.command}`).replaceAll('<%= config.bin %>', 'byoml'));
  return [
    `## byoml ${id}`, command.summary, ...(command.description ? ['', command.description] : []),
    ...(rows.length ? ['', '| argument | meaning | |', '|---|---|---|', ...rows] : []),
    ...(examples.length ? ['', '```', ...examples, '```'] : []), '',
  ].join('\n');
}

export const document = () => [
  '# The command line', '',
  'Made from the commands themselves by `node toolchain/cli-doc.mjs`; a test keeps both equal. Every command takes `--help` and `--json`:',
  'one JSON document on stdout, progress and warnings as JSON lines on stderr, and a failure as `{ "error": { code, message, hint, details } }` on stdout.', '',
  '| exit status | means |', '|---|---|', ...exits.map(([status, meaning]) => `| ${status} | ${meaning} |`), '',
  'Codes: [errors.md](errors.md). Shapes with `--json`:', '',
  '| command | document |', '|---|---|',
  '| `train` | with a detection the model, as `models list` has it; without `{ model, digest, rows, calibrated, seconds, calibrationSeconds }` |',
  '| `run`, `backfill`, `score DETECTION` | `{ runs: [{ number, key, window, status, funnel: { read, kept, scored, unknown, overBudget, suppressed, sent }, alerts, incidents, more, changes, report }], trained, delivered }`; `report` is a path for the last run, null for the others |',
  '| `preview` | `{ detection, budget, days: [{ day, workday, candidates, queued, more, rule }], incidents, rule, top, attainable, warnings }` |',
  '| `incidents list` | `{ incidents: [{ id, day, entity, kind, users, sourceHosts, resources, surprise, oneIn, rank, status, severity, sentence, evidence: [{ run, kind, day, count, … }] }] }` |',
  '| `demo` | `{ seconds, events, candidates, dataDir, truth, queue: [{ day, rank, entity, kind, users, sourceHosts, resources, surprise, oneIn, sentence }], campaigns: { planted, found, chance }, worstMiss, report }` |',
  '| `publish` | `{ name, version, integrity, state, visible, signer, findings }`; with `--dry-run` also `notCompared`, why something could not be compared |',
  '| `plugins install` | `{ name, version, signer: { by, account, key, identity? }, capabilities, level, digest }` |',
  '| `plugins audit` | `{ ok, findings: [{ plugin, version, kind, message, severity? }] }` |',
  '| `registry serve` | one line `{ url, adminToken, rootKeyFile }` when it listens, the last two at the first start only |',
  '| `registry verify` | `{ ok, events, packages, versions, findings: [{ where, message }], expired }` |',
  '| `score --model` | `{ rows, out, byStatus, seconds }`; with `--top` also `top`, a list of what `explain` answers |',
  '| `explain ALERT` | `{ alert, without, events }`: `without` and `events` where they are asked for |',
  '| `explain --model` | `{ row, values, surprise, coldSurprise, score, pValue, comparedWith, status, context, explanation }` (`coldSurprise` and `context` where there are any); `explanation` = `{ explains, exact, quantity, total, scale, terms, reasons, sentence }` |', '',
  ...Object.values(commands).sort((a, b) => (a.id < b.id ? -1 : 1)).map(section),
].join('\n');

if (process.argv[1] === import.meta.filename) {
  const path = join(root, 'docs/cli.md');
  if (process.argv[2] === '--check') process.exit(readFileSync(path, 'utf8') === document() ? 0 : 1);
  writeFileSync(path, document());
}
