/**
 * What a PUBACK's reason means for a publish. `delivered`; `poison`: something in it can never be taken; `broken`: the platform failed on
 * it, which may be its content or a passing fault; `limited`: too much, or a device too many; `again`: a passing fault.
 */
export type Verdict = 'delivered' | 'poison' | 'broken' | 'limited' | 'again';

const verdicts: Readonly<Record<number, Verdict>> = {
  0: 'delivered',
  131: 'broken',
  144: 'poison',
  149: 'poison',
  151: 'limited',
  153: 'poison',
};

/** Source: the platform's MQTT contract, §9. Reasons that are not listed there are tried again. */
export const verdictOf = (reason: number): Verdict => verdicts[reason] ?? 'again';
