export { attackTactics, attackTechnique, attackTechniques, notInForce, tacticsOf, type NamedTechnique, type Tactic, type Technique } from './catalogue.ts';
export { attackRelease, attackVersion } from './techniques.ts';
export { navigatorLayer, navigatorLayerSchema, type Covered, type NavigatorLayer } from './navigator-layer.ts';
