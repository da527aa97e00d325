import { Malformed } from '../malformed.ts';
import type { Message } from '../protobuf.ts';
import { readTensor, type OnnxExternalData } from './tensor.ts';
import { readValue, type OnnxValue } from './value-info.ts';

const limits = { operators: 10_000, values: 100_000, external: 10_000 } as const;

/** Operators of one domain and type, in all graphs and functions of a file. */
export interface OnnxOperator {
  /** Empty for ONNX's own. */
  readonly domain: string;
  readonly type: string;
  readonly count: number;
  /** Where the first of them stands in the file. */
  readonly offset: number;
}

/** What the graphs of a model hold together. */
export class GraphContent {
  readonly operators = new Map<string, OnnxOperator>();
  readonly external: OnnxExternalData[] = [];
  nodes = 0;
  rawBytes = 0;
  initializers = 0;

  /** Reads a GraphProto. `names` collects the inputs and outputs of the outermost graph. */
  read(graph: Message, names?: { readonly inputs: OnnxValue[]; readonly outputs: OnnxValue[]; readonly initialized: Set<string> }): void {
    while (graph.next()) {
      if (graph.field === 1) this.node(graph.message());
      else if (graph.field === 5) this.#initializer(graph.message(), names?.initialized);
      else if (graph.field === 15) this.#sparse(graph.message());
      else if (graph.field === 11 && names) kept(names.inputs, readValue(graph.message()), graph.offset);
      else if (graph.field === 12 && names) kept(names.outputs, readValue(graph.message()), graph.offset);
    }
  }

  /** Reads a NodeProto with the graphs and tensors in its attributes. */
  node(node: Message): void {
    let [type, domain] = ['', ''];
    while (node.next()) {
      if (node.field === 4) type = node.text();
      else if (node.field === 5) this.attribute(node.message());
      else if (node.field === 7) domain = node.text();
    }
    this.nodes++;
    this.#count(domain === 'ai.onnx' ? '' : domain, type, node.start);
  }

  attribute(attribute: Message): void {
    while (attribute.next()) {
      if (attribute.field === 5 || attribute.field === 10) this.#tensor(attribute.message());
      else if (attribute.field === 6 || attribute.field === 11) this.read(attribute.message());
      else if (attribute.field === 22 || attribute.field === 23) this.#sparse(attribute.message());
    }
  }

  #initializer(tensor: Message, initialized?: Set<string>): void {
    const name = this.#tensor(tensor);
    this.initializers++;
    if (initialized && name !== '') initialized.add(name);
  }

  #sparse(sparse: Message): void {
    while (sparse.next()) if (sparse.field === 1 || sparse.field === 2) this.#tensor(sparse.message());
  }

  #tensor(tensor: Message): string {
    const { name, rawBytes, external } = readTensor(tensor);
    this.rawBytes += rawBytes;
    if (external) kept(this.external, external, tensor.start, limits.external);
    return name;
  }

  #count(domain: string, type: string, offset: number): void {
    const key = `${domain}\n${type}`;
    const before = this.operators.get(key);
    if (!before && this.operators.size >= limits.operators) throw new Malformed(`it has more than ${limits.operators} kinds of operators`, offset);
    this.operators.set(key, { domain, type, count: (before?.count ?? 0) + 1, offset: before?.offset ?? offset });
  }
}

/** Adds to a list that may not grow without end. */
export function kept<T>(list: T[], item: T, offset: number, most: number = limits.values): void {
  if (list.length >= most) throw new Malformed(`it has more than ${most} of one thing`, offset);
  list.push(item);
}
