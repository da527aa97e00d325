/** One step into a record: a key of an object or an index of a list. */
export type Step = string | number;

/** The steps of a path such as `event_data.ShareName` or `resources[0].ARN`. */
export function parsePath(path: string): readonly Step[] {
  return path.split('.').flatMap((part) => {
    const [key = '', ...indexes] = part.split('[');
    return [...(key === '' ? [] : [key]), ...indexes.map((index) => Number.parseInt(index, 10))];
  });
}
