// Writes docs/configuration.md. Run with tsx: it imports the codecs as they are.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationDocs } from './configuration-docs.ts';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), configurationDocs());
