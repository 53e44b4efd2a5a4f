import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { partOf, type Part } from './part-of.js';

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly Node[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function as it was called from one place. Times in microseconds. */
export interface Call {
  readonly name: string;
  /** File and line, or empty. */
  readonly place: string;
  readonly part: Part;
  self: number;
  /** With all that it called. */
  total: number;
  readonly calls: Map<string, Call>;
}

/** What is looked at, in microseconds of the system's monotonic clock, which profiles count in. Default: all of it. */
export interface Span {
  readonly from?: number;
  readonly to?: number;
}

const placeOf = (url: string): string => {
  const path = url.startsWith('file:') ? relative(process.cwd(), fileURLToPath(url)) : url;
  const [, inPackage] = /node_modules\/((?!.*node_modules\/).*)$/.exec(path) ?? [];
  return inPackage ?? path;
};

const selfTimes = ({ samples, timeDeltas, startTime }: Profile, { from = 0, to = Infinity }: Span) => {
  const times = new Map<number, number>();
  let at = startTime;
  samples.forEach((id, i) => {
    const us = timeDeltas[i] ?? 0;
    at += us;
    if (at >= from && at <= to) times.set(id, (times.get(id) ?? 0) + us);
  });
  return times;
};

/**
 * Reads a CPU profile of V8 as a tree of calls: recursion by another way is another call, all nodes of one function called from one place are one.
 * What was idle is left out.
 */
export const readProfile = (file: string, span: Span = {}): Call => {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const times = selfTimes(profile, span);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));

  const made = (frame: Node['callFrame'], caller: Part): Call => {
    const { functionName: name, url, lineNumber } = frame;
    return {
      name: name === '' ? '(anonymous)' : name,
      place: url === '' ? '' : `${placeOf(url)}:${lineNumber + 1}`,
      part: name === '(garbage collector)' ? 'garbage' : (partOf(url) ?? caller),
      self: 0,
      total: 0,
      calls: new Map(),
    };
  };
  const add = (node: Node, into: Call): number => {
    if (node.callFrame.functionName === '(idle)') return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    const key = `${functionName} ${url}:${lineNumber}`;
    const call = into.calls.get(key) ?? made(node.callFrame, into.part);
    into.calls.set(key, call);
    const self = times.get(node.id) ?? 0;
    const total = (node.children ?? []).reduce((sum, id) => sum + add(nodes.get(id)!, call), self);
    call.self += self;
    call.total += total;
    return total;
  };
  const all = made({ functionName: 'all', url: '', lineNumber: 0 }, 'node');
  const [root] = profile.nodes;
  for (const id of root?.children ?? []) all.total += add(nodes.get(id)!, all);
  return all;
};
