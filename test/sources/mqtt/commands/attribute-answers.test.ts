import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/model/decode.js';
import { attributeAnswers } from '../../../../src/sources/mqtt/commands/attribute-answers.js';
import { attributeRequest } from '../../../../src/sources/mqtt/config/attribute-request.js';
import type { Asked } from '../../../../src/sources/mqtt/uplink/reader.js';

const { value: rule } = decode(attributeRequest, {
  topicFilter: 'ask',
  deviceInfo: { deviceNameExpressionSource: 'constant', deviceNameExpression: 'd' },
  attributeNameExpressionSource: 'constant',
  attributeNameExpression: 'k',
  topicExpression: '${deviceName}/answer',
  valueExpression: '${attributeValue}',
});
const asked = (device: string): Asked => ({
  kind: 'attributeRequest',
  device,
  scope: 'shared',
  keys: ['k'],
  rule: rule!,
});

describe('the answer to an attribute request', () => {
  it('that was asked before a restart reaches nobody: no two sources of a process give out the same id', () => {
    const before = attributeAnswers().ask(asked('A'));
    const anew = attributeAnswers();
    const after = anew.ask(asked('A'));
    expect(after.id).not.toBe(before.id);
    expect(anew.answer({ kind: 'attributeValues', device: 'A', id: before.id, value: 1 })).toBeUndefined();
    expect(anew.answer({ kind: 'attributeValues', device: 'A', id: after.id, value: 2 })?.payload).toBe('2');
  });

  it.each(['A', undefined])('is published to the device that asked, B, and not where it is of %s', (device) => {
    const answers = attributeAnswers();
    const { id } = answers.ask(asked('B'));
    const stranger = { kind: 'attributeValues', id, value: 'of another', ...(device && { device }) } as const;
    expect(answers.answer(stranger)).toBeUndefined();
    expect(answers.answer({ kind: 'attributeValues', device: 'B', id, value: 2 })?.topic).toBe('B/answer');
  });

  it('is not waited for when a thousand others are, and whoever listens is told whose it was', () => {
    const forgotten: string[] = [];
    const { ask } = attributeAnswers(({ device }) => forgotten.push(device));
    for (let n = 0; n < 1_000; n += 1) ask(asked(`d${n}`));
    expect(forgotten).toEqual([]);
    ask(asked('one more'));
    expect(forgotten).toEqual(['d0']);
  });
});
