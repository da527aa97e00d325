/** A fenced block of a document: the word behind the fence, and what is inside. */
export interface Fence {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a document, in order. */
export const fencesOf = (document: string): readonly Fence[] =>
  [...document.matchAll(/^```(?<language>\S*)[^\n]*\n(?<text>[^]*?)^```$/gmu)].map(({ groups }) => ({ language: groups?.['language'] ?? '', text: groups?.['text'] ?? '' }));

/** The `byoml` commands of a block, each as its words behind `byoml`, without what a comment says; quotes hold words together. */
export const byomlCommands = ({ text }: Fence): ReadonlyArray<readonly string[]> =>
  text.split('\n').filter((line) => line.startsWith('byoml ')).map((line) => wordsOf(line.replace(/\s#.*$/u, '')).slice(1));

const wordsOf = (line: string): string[] => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/gu)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
