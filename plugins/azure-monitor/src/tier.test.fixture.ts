/** Whether everything that CI runs is wanted, as test/tier.ts says; a package cannot import from there. */
export const inCi: boolean = process.env['BYOML_TIER'] === 'ci';
