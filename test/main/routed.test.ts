import { expect, test } from 'vitest';
import type { Routes } from '../../src/log/log-plan.js';
import { routed } from '../../src/main/routed.js';

const routes: Routes = new Map([['service', { level: 'error', to: [{ least: 'error' }] }]]);
const levels = new Map([['A', 'warn' as const]]);

test('files decide where nothing beats them', () => {
  expect(routed({ routes, levels }, undefined)).toEqual({ routes, levels });
  expect(routed({ levels }, undefined)).toEqual({ levels });
});

test('a level from the command line beats those of loggers, handlers and connectors, and leaves the places', () => {
  expect(routed({ routes, levels }, 'debug')).toEqual({
    level: 'debug',
    routes: new Map([['service', { level: 'debug', to: [{ least: 'debug' }] }]]),
  });
});
