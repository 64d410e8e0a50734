import { sqlite } from 'thereupon/sqlite';
import { importContexts } from './import-contexts.ts';
export const contexts = importContexts;
export const store = sqlite(process.env['ZZ'] ?? '');
