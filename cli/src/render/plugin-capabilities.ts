/** What a manifest asks for. */
interface Capabilities {
  readonly read?: readonly string[] | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly wallMs?: number | undefined;
  readonly memoryMb?: number | undefined;
}

const some = (words: readonly string[] | undefined, none: string, given: (text: string) => string): string => (words === undefined || words.length === 0 ? none : given(words.join(', ')));

/** What a plugin asks for, in plain sentences: `reads no files · talks to nobody · sees no environment variables`. */
export function capabilitiesText({ read, hosts, env, wallMs, memoryMb }: Capabilities): string {
  return [
    some(read, 'reads no files', (text) => `reads ${text}`),
    some(hosts, 'talks to nobody', (text) => `talks to ${text}`),
    some(env, 'sees no environment variables', (text) => `sees the environment variables ${text}`),
    ...(wallMs === undefined ? [] : [`works at most ${wallMs / 1000} s at a time`]),
    ...(memoryMb === undefined ? [] : [`uses at most ${memoryMb} MB`]),
  ].join(' · ');
}
