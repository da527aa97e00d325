import fc from 'fast-check';

// A proof runs the property tests with seeds it records; otherwise each run draws its own.
const seed = process.env['BYOML_PROPERTY_SEED'];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
