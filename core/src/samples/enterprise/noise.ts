import { keyedHash, randomFrom } from '../../random/index.ts';
import { pick } from './draw.ts';
import type { Enterprise } from './enterprise.ts';
import { domain } from './org-chart.ts';
import { accountText, shareText, type HourText } from './record-text.ts';

/** Noise records per record of an access, and per machine and hour besides: policies are read round the clock. */
const perRecord = 1.6;
const perMachine = 0.02;
const byMachines = 0.7;
const controllers = ['DC01', 'DC02'] as const;

export interface TimedLine {
  readonly time: number;
  readonly line: string;
}

/** What fills real logs: machine accounts that read their policies, and the shares IPC$, SYSVOL and NETLOGON that every logon opens. */
export class Noise {
  readonly #seed: number;
  readonly #machines: readonly string[];
  readonly #people: readonly string[];
  readonly #hosts: readonly string[];
  readonly #policies: readonly string[];
  readonly #pipes: readonly string[];

  constructor({ options, people, hosts, resources }: Enterprise) {
    this.#seed = options.seed;
    this.#hosts = hosts;
    this.#machines = people.map((_, i) => accountText(`${domain}\\WS${String(i + 1).padStart(5, '0')}$`));
    this.#people = people.map(({ user }) => accountText(user));
    const servers = [...new Set(resources.map((resource) => resource.split('\\')[2] as string))];
    this.#policies = controllers.flatMap((server) => ['SYSVOL', 'NETLOGON', 'IPC$'].map((share) => shareText(`\\\\${server}\\${share}`)));
    this.#pipes = [...controllers, ...servers].map((server) => shareText(`\\\\${server}\\IPC$`));
  }

  /** `benign`: records of benign accesses in the hour that starts at `start`. */
  ofHour(start: number, benign: number, text: HourText): TimedLine[] {
    const random = randomFrom(keyedHash(this.#seed, 'noise', String(start)));
    const count = Math.round(benign * perRecord + this.#machines.length * perMachine * (0.5 + random.next()));
    return Array.from({ length: count }, (_, ordinal) => {
      const time = start + random.next() * 3_599_999;
      const person = random.below(this.#people.length);
      const isMachine = random.next() < byMachines;
      const account = (isMachine ? this.#machines : this.#people)[person] as string;
      const share = pick(random, isMachine || random.next() < 0.4 ? this.#policies : this.#pipes);
      return { time, line: text.record(account, share, this.#hosts[2 * person] as string, '', { time, ordinal }) };
    });
  }
}
