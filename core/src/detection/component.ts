import type { Algorithm } from '../contracts/algorithm.ts';
import type { AlgorithmDefinition, Capabilities } from '../contracts/define.ts';

/** An algorithm that was created from its definition, with what the framework must know to call it. */
export interface AlgorithmComponent {
  /** `package/component`, for messages. */
  readonly address: string;
  readonly definition: AlgorithmDefinition;
  readonly algorithm: Algorithm;
  /** Of the plugin; `wallMs` bounds every call. */
  readonly capabilities?: Capabilities | undefined;
}
