/** Where rows go. */
export interface Target {
  /** `https://…` of the data collection endpoint or rule. */
  readonly endpoint: string;
  readonly ruleId: string;
  readonly stream: string;
  readonly audience: string;
}
