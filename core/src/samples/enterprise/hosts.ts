/** Addresses of the company: two workstations' worth per person, a VPN pool, a network of servers. */
const poolSize = 48;

export class Hosts {
  readonly names: readonly string[];
  readonly #people: number;

  constructor(people: number, services: number) {
    this.#people = people;
    const address = (network: number, i: number): string => `10.${network + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    this.names = [
      ...Array.from({ length: 2 * people }, (_, i) => address(20, i + 10)),
      ...Array.from({ length: poolSize }, (_, i) => address(99, i + 10)),
      ...Array.from({ length: services }, (_, i) => address(10, i + 10)),
    ];
  }

  workstation(person: number, second: boolean): number {
    return 2 * person + (second ? 1 : 0);
  }

  /** `draw` in [0, 1). */
  vpn(draw: number): number {
    return 2 * this.#people + Math.floor(draw * poolSize);
  }

  service(i: number): number {
    return 2 * this.#people + poolSize + i;
  }
}
