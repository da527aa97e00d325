/** UTF-8 bytes that the service keeps of a field; of a dynamic one, of its JSON. What is longer it would cut without a word. */
export const fieldBytes = 65_536;

const mark = (bytes: number): string => `…[truncated by byoml: ${bytes} bytes]`;

/** A text of at most `limit` UTF-8 bytes: the beginning, up to a whole character, and a mark that says how many bytes are left out. */
export function cutText(text: string, limit: number = fieldBytes): string {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit - Buffer.byteLength(mark(bytes.length));
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + mark(bytes.length - end);
}

/** The JSON of a dynamic field. A list that is too long loses its last items, the mark takes their place; what else is too long becomes a text. */
export function dynamicText(value: unknown): string {
  const json = JSON.stringify(value);
  if (json.length * 3 <= fieldBytes || Buffer.byteLength(json) <= fieldBytes) return json;
  return (Array.isArray(value) && shortened(value, Buffer.byteLength(json))) || asText(json);
}

/** Undefined when not even the first item fits. */
function shortened(items: readonly unknown[], bytes: number): string | undefined {
  const room = fieldBytes - Buffer.byteLength(JSON.stringify(['', mark(bytes)]));
  const kept: string[] = [];
  let used = 0;
  for (const item of items) {
    const json = JSON.stringify(item);
    const size = Buffer.byteLength(json) + 1;
    if (used + size > room) break;
    kept.push(json);
    used += size;
  }
  return kept.length === 0 ? undefined : `[${kept.join(',')},${JSON.stringify(mark(bytes - used))}]`;
}

/** The beginning of the JSON as a JSON text, whose own quotes and escapes count too. */
function asText(json: string): string {
  for (let room = fieldBytes - 2; ; room = Math.floor(room * 0.9)) {
    const text = JSON.stringify(cutText(json, room));
    if (Buffer.byteLength(text) <= fieldBytes) return text;
  }
}
