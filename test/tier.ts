/** Whether everything that CI runs is wanted: `.ci/run` sets it. `npm test` has every behaviour; what takes a minute by itself, and further variants, it skips and counts. */
export const inCi = process.env['BYOML_TIER'] === 'ci';
