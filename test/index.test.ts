import { relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as front from '../src/index.js';
import * as testing from '../src/testing.js';

const src = resolve(import.meta.dirname, '../src');
const entries = ['index.ts', 'testing.ts'].map((name) => resolve(src, name));

const program = ts.createProgram(entries, {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  types: ['node'],
});
const checker = program.getTypeChecker();

const meant = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** What both doors let out, types among it. */
const exported = new Map(
  entries
    .map((entry) => checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
    .flatMap((module) => checker.getExportsOfModule(module))
    .map((symbol) => [symbol.name, meant(symbol)]),
);
const documented = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0;

/** What a user reads of a declaration: all of it but the bodies of functions and the values of constants. */
const namesIn = (declaration: ts.Declaration): readonly ts.Node[] => {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node)) found.push(node.typeName);
    if (ts.isExpressionWithTypeArguments(node)) found.push(node.expression);
    if (ts.isArrowFunction(node)) [...node.parameters, node.type].forEach((part) => part && visit(part));
    else if (ts.isParameter(node) || ts.isVariableDeclaration(node)) {
      if (node.type) visit(node.type);
      else if (node.initializer && ts.isArrowFunction(node.initializer)) visit(node.initializer);
    } else ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
};

/** What stays inside although a signature names it, and why. */
const inside = new Set([
  // Shared members, which the documentation shows where they are inherited.
  'OfDevice',
  // A store is handed over, not looked into.
  ...['Opened', 'Batch', 'Row'],
  // What logs.json comes to: a file, and not an object that anybody writes.
  'Routes',
  // Configuration is written as JSON and read by `readConfig`; its type is taken from the codec.
  ...['Section', 'SectionOf', 'thingsBoardCodec'],
]);

describe('the front door', () => {
  it('lets out these names and no others', () =>
    expect(Object.keys(front).sort()).toEqual([
      'ConnectionError',
      'FatalError',
      'GATEWAY_DEVICE',
      'GatewayError',
      'ProtocolError',
      'Refused',
      'RpcError',
      'Unavailable',
      'batchMap',
      'buffer',
      'connector',
      'consoleSink',
      'convert',
      'createLog',
      'customConnector',
      'deadLetterFile',
      'enclose',
      'envelope',
      'errorCodes',
      'fleet',
      'fullJitter',
      'gateway',
      'gatewayConfig',
      'isKept',
      'join',
      'memoryStore',
      'openStore',
      'pipeline',
      'readConfig',
      'replace',
      'retryBackoff',
      'roster',
      'serve',
      'shed',
      'split',
      'supervise',
      'tally',
      'thingsboard',
      'untilAsked',
      'when',
    ]));

  it('can be read on one screen', () =>
    expect(program.getSourceFile(entries[0]!)!.getLineStarts().length).toBeLessThanOrEqual(70));
});

describe('the testing door', () => {
  it('lets out these names and no others', () => expect(Object.keys(testing).sort()).toEqual(['draw', 'recorded']));
});

describe('the public API', () => {
  it('has these types and no others', () =>
    expect(
      [...exported.keys()]
        .filter((name) => !(name in front) && !(name in testing))
        .sort()
        .join(' '),
    ).toMatchInlineSnapshot(
      `"Alert AttributeRequest AttributeUpdate AttributeValues Backoff BufferOptions Claim Command Connected Connector Context Count Counter CustomConnector Data DeadLetter DeadLetterFile DeadLetters Depth Directed Disconnected Dispatch Drawing Emission Entry Envelope ErrorCode Exchanged Fact Fleet FullJitter GatewayConfig Journal Json Kept Level Limits Log LogOptions Message ModbusConverter ModbusConverterConfig ModbusPoll ModbusRead ModbusWrite MqttConverted MqttConverter MqttConverterConfig MqttDownConfig MqttMessage MqttOutgoing Nack OpenStore Operator Owned Phase Pipeline Problem ReadConfig Recorded Reply ReportStrategy Reporting RestConverter RestConverterConfig RestDownConfig RestOutgoing RestRequest Restart RetryBackoff RootLog Roster Rpc Said Serve Settlement Sink Source Sources State Store Sums Supervise Surroundings ThingsBoardConfig ThingsBoardExtra Values WriteLine"`,
    ));

  it('documents everything that it exports', () =>
    expect([...exported].filter(([, symbol]) => !documented(symbol)).map(([name]) => name)).toEqual([]));

  it('says of every option what its absence means', () => {
    const silent = [...exported].flatMap(([name, symbol]) =>
      (symbol.declarations ?? [])
        .filter(ts.isInterfaceDeclaration)
        // Messages, commands and facts say it once for all of their kind.
        .filter(({ members }) => !members.some((member) => member.name?.getText() === 'kind'))
        .flatMap(({ members }) => members)
        .filter((member) => member.questionToken && !documented(checker.getSymbolAtLocation(member.name!)!))
        .map((member) => `${name}.${member.name!.getText()}`),
    );
    expect(silent).toEqual([]);
  });

  it('names no type of ours that a user cannot name', () => {
    const known = new Set(exported.values());
    const hidden = [...exported].flatMap(([name, symbol]) =>
      (symbol.declarations ?? []).flatMap(namesIn).flatMap((node) => {
        const found = checker.getSymbolAtLocation(node);
        if (!found || found.flags & ts.SymbolFlags.TypeParameter) return [];
        const target = meant(found);
        const ours = target.declarations?.some((one) => !relative(src, one.getSourceFile().fileName).startsWith('..'));
        return ours && !known.has(target) && !inside.has(target.name) ? [`${name}: ${target.name}`] : [];
      }),
    );
    expect([...new Set(hidden)]).toEqual([]);
  });
});
