import type * as t from 'io-ts';
import type { Observable } from 'rxjs';
import type { Problem } from '../model/codec.js';
import type { Command } from '../model/command.js';
import type { Context } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import type { Message } from '../model/message.js';
import type { Said } from './said.js';

/** What a source of one's own may emit: messages, or devices in the form of the incumbent's converters, one or a list. */
export type Emission = Message | Said | readonly (Message | Said)[];

/**
 * A connector of one's own: the default export of the module `extensions/TYPE/TYPE.js` (or `.mjs`, or of the class that the main file names).
 *
 * What it throws or gives in another form costs itself only. What its source emits in an envelope is acknowledged once it is on disk; what it emits plainly is
 * taken, and nobody hears of it.
 */
export interface CustomConnector<C = Readonly<Record<string, unknown>>> {
  /** io-ts codec of the connector's own file. Absent: any object will do. */
  readonly config?: t.Type<C, unknown>;
  /** What is wrong around a configuration that decodes, such as a file that is not there: for `check`. Default: nothing is. */
  readonly mistakes?: (config: C, folder: string) => readonly Problem[];
  /** What would be asked of the devices, for a person to read: for `plan`. Absent: the connector asks for nothing by itself. */
  readonly plan?: (config: C) => string;
  /** Makes the source: a function from the commands of its devices to what they say. Connects nothing before that is subscribed to. */
  readonly open: (
    config: C,
    context: Context,
  ) => (commands: Observable<Command>) => Observable<Emission | Envelope<Emission>>;
}

/** Names the parts of a connector of one's own and infers its configuration's type. */
export const customConnector = <C = Readonly<Record<string, unknown>>>(parts: CustomConnector<C>): CustomConnector<C> =>
  parts;
