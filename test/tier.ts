/** Whether everything that CI runs is wanted: `.ci/run` sets it. `npm test` skips, and counts, what takes a minute by itself. */
export const inCi = process.env['BYOML_TIER'] === 'ci';
