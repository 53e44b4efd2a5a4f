import type { Rpc } from '../model/command.js';
import type { Context } from '../model/component.js';

/** How long calls may take, as the connectors say it. */
export interface Patience {
  /** With what a connector of this name can say so. */
  readonly hears: (connector: string) => Required<Pick<Context, 'patience'>>;
  /** How long this call may take there, in ms; 0 where the connector has not said it. */
  readonly of: (connector: string, rpc: Rpc) => number;
}

/** Brings what connectors say of their calls to whoever waits for the answers. */
export const patience = (): Patience => {
  const said = new Map<string, (rpc: Rpc) => number>();
  return {
    hears: (connector) => ({ patience: (of) => void said.set(connector, of) }),
    of: (connector, rpc) => said.get(connector)?.(rpc) ?? 0,
  };
};
