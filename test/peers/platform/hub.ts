import type { PlatformOptions, PublishRecord, Push } from './contract.js';
import type { Link, Outcome } from './outcome.js';
import type { Provisioned } from './provisioning.js';
import type { Session } from './session.js';

/** A CONNECT as it came and the MQTT 5 reason it was answered with (0 is accepted). */
export interface ConnectRecord {
  readonly connection: number;
  readonly clientId: string;
  readonly version: number;
  readonly clean: boolean;
  readonly keepalive: number;
  readonly at: number;
  readonly reason: number;
}

/** What the sessions of one platform share; the options may be changed while it runs. */
export interface Hub {
  readonly options: { -readonly [K in keyof PlatformOptions]: PlatformOptions[K] };
  /** The CONNACK reason forced upon every client. */
  refusal: number | undefined;
  hung: boolean;
  /** The one live session of the credential. */
  current: Session | undefined;
  published: number;
  /** Made with the first that asks. */
  provision?: (topic: string, payload: string) => Provisioned;
  readonly log: PublishRecord[];
  readonly connects: ConnectRecord[];
  readonly subscriptions: { readonly filter: string; readonly qos: number; readonly connection: number }[];
  readonly pushes: Push[];
  readonly withheld: (() => boolean)[];
  readonly violate: (text: string) => void;
  readonly changed: () => void;
  readonly allow: { readonly own: (points: number) => boolean; readonly gateway: (points: number) => boolean };
  readonly decide: (topic: string, payload: string, link: Link, index: number) => Outcome;
}
