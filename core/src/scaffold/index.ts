export { scaffold, type Scaffold, type Scaffolded } from './scaffold.ts';
