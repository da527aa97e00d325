import { entropyOf } from './entropy.ts';

const longestLine = 20_000;
/** Hand-written code and the output of compilers stay below; minifiers do not. */
const averageLine = 400;
const smallFile = 4096;
const longestBlob = 2000;
const blobs = /[A-Za-z0-9+/=_-]{2000,}|(?:\\x[\da-fA-F]{2}){200,}|(?:\\u[\da-fA-F]{4}){200,}/g;
const obfuscated = /\b_0x[\da-f]{3,8}\b/g;

/** Why people cannot read a program, if they cannot. */
export function opacityOf(text: string): string | undefined {
  const lines = text.split('\n');
  if (text.length > smallFile && text.length / lines.length > averageLine) return `its lines have ${Math.round(text.length / lines.length)} characters on average, as minified code does`;
  if (lines.some((line) => line.length > longestLine)) return `it has a line of more than ${longestLine} characters`;
  if ((text.match(obfuscated)?.length ?? 0) > 20) return 'its names are those that obfuscators make';
  const blob = text.matchAll(blobs).find(([found]) => found.startsWith('\\') || entropyOf(found) > 4.5);
  return blob && `it holds a random text of more than ${blob[0].startsWith('\\') ? 200 : longestBlob} characters`;
}
