import { Malformed } from '../malformed.ts';
import { Message } from '../protobuf.ts';
import { GraphContent, kept, type OnnxOperator } from './graph.ts';
import { readEntry, type OnnxExternalData } from './tensor.ts';
import type { OnnxValue } from './value-info.ts';

/** Protobuf's own limit. */
const largest = 2 ** 31 - 1;

export interface OnnxFunction {
  readonly domain: string;
  readonly name: string;
}

/** What an ONNX file says about itself; none of its numbers is read. */
export interface OnnxFacts {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  /** Domain, empty for ONNX's own, and version. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  /** `byoml.columns` names the columns of an input with several. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What has to be fed: inputs without an initial value. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Of all graphs, subgraphs and local functions. */
  readonly operators: readonly OnnxOperator[];
  readonly functions: readonly OnnxFunction[];
  readonly external: readonly OnnxExternalData[];
  readonly nodes: number;
  readonly initializers: number;
  /** Bytes of tensors that are stored raw in the file. */
  readonly rawBytes: number;
}

class Reading {
  readonly text = { producer: '', producerVersion: '' };
  irVersion = 0;
  hasGraph = false;
  readonly opsets: { domain: string; version: number }[] = [];
  readonly metadata = new Map<string, string>();
  readonly functions: OnnxFunction[] = [];
  readonly content = new GraphContent();
  readonly names = { inputs: [] as OnnxValue[], outputs: [] as OnnxValue[], initialized: new Set<string>() };

  /** Fields of a message that stands twice add up, as protobuf merges them. */
  model(model: Message): void {
    while (model.next()) {
      if (model.field === 1) this.irVersion = model.number();
      else if (model.field === 2) this.text.producer = model.text();
      else if (model.field === 3) this.text.producerVersion = model.text();
      else this.#message(model);
    }
  }

  #message(model: Message): void {
    if (model.field === 7) {
      this.hasGraph = true;
      this.content.read(model.message(), this.names);
    } else if (model.field === 8) kept(this.opsets, opsetOf(model.message()), model.offset);
    else if (model.field === 14) this.#metadata(model);
    else if (model.field === 20) this.#training(model.message());
    else if (model.field === 25) this.#function(model.message());
  }

  #metadata(model: Message): void {
    const [key, value] = readEntry(model.message());
    if (this.metadata.has(key)) throw new Malformed('a metadata key stands twice', model.offset);
    this.metadata.set(key, value);
  }

  #training(training: Message): void {
    while (training.next()) if (training.field === 1 || training.field === 2) this.content.read(training.message());
  }

  #function(message: Message): void {
    let [name, domain] = ['', ''];
    while (message.next()) {
      if (message.field === 1) name = message.text();
      else if (message.field === 7) this.content.node(message.message());
      else if (message.field === 10) domain = message.text();
      else if (message.field === 11) this.content.attribute(message.message());
    }
    kept(this.functions, { domain, name }, message.start);
  }
}

function opsetOf(message: Message): { domain: string; version: number } {
  let [domain, version] = ['', 0];
  while (message.next()) {
    if (message.field === 1) domain = message.text();
    else if (message.field === 2) version = message.number();
  }
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

/** Reads a ModelProto without copying a tensor. Throws Malformed, also where a message is no ONNX model. */
export function readOnnx(bytes: Uint8Array): OnnxFacts {
  if (bytes.length > largest) throw new Malformed(`it has ${bytes.length} bytes; a protobuf has at most ${largest}`, 0);
  const reading = new Reading();
  reading.model(new Message(bytes));
  const { content, names, text, irVersion, opsets, metadata, functions } = reading;
  if (!reading.hasGraph) throw new Malformed('it has no graph', 0);
  if (!Number.isFinite(irVersion) || irVersion < 1) throw new Malformed('it has no IR version', 0);
  const { external, nodes, initializers, rawBytes } = content;
  const inputs = names.inputs.filter(({ name }) => !names.initialized.has(name));
  const operators = [...content.operators.values()];
  return { ...text, irVersion, opsets, metadata, functions, inputs, outputs: names.outputs, operators, external, nodes, initializers, rawBytes };
}

/** Whether bytes begin as ONNX exporters write them: the IR version, then another known field. For models that are broken further on. */
export const beginsAsOnnx = (bytes: Uint8Array): boolean => bytes[0] === 0x08 && (bytes[1] ?? 0) >= 1 && (bytes[1] ?? 0) <= 0x20 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(bytes[2] ?? 0);
