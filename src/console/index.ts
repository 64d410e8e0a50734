export { type ConsoleHandler, type ConsoleSubject, consoleFor } from './console.ts';
export { ConsoleOptionError, type ConsoleOptions } from './console-options.ts';
export {
  ConsolePortError,
  type ServeConsoleOptions,
  type ServedConsole,
  serveConsole,
} from './serve-console.ts';
export type { Role, Visitor } from './visitor.ts';
