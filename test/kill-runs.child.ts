import { State } from '@byoml/core/state';

const [mode, folder = ''] = process.argv.slice(2);
// Whoever started this process may die without a word.
process.stdin.on('end', () => process.exit()).resume();

if (mode === 'hold') {
  const state = State.open(folder);
  process.stdout.write('held\n');
  setInterval(() => state.runs({ limit: 1 }), 60_000);
}
