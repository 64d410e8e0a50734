/** The door of `thereupon`: everything an application is written with. */
export type { Fact, Recorded } from './message/fact.ts';
export { upcasting } from './message/upcasting.ts';
export { contract } from './contract/contract.ts';
export type { Contract, EventOf } from './contract/contract.ts';
export { aggregate } from './aggregate/aggregate.ts';
export type { Aggregate, Handled } from './aggregate/aggregate.ts';
export { publish } from './context/publication.ts';
export { boundedContext } from './context/bounded-context.ts';
export type { BoundedContext } from './context/bounded-context.ts';
export { happened } from './reaction/source.ts';
export { processManager } from './process/process-manager.ts';
export type { ProcessManager } from './process/process-manager.ts';
export { actions } from './process/actions.ts';
export type { Action } from './process/actions.ts';
export type { Due } from './process/due.ts';
export { recurring } from './process/recurring.ts';
export { durationMs } from './message/duration.ts';
export type { Duration } from './message/duration.ts';
export { whenever } from './reaction/whenever.ts';
export { effect } from './reaction/effect.ts';
export { notYet } from './reaction/tools.ts';
export type { Dependencies, Tools } from './reaction/tools.ts';
export { readModel, type } from './read-model/read-model.ts';
export type { ReadModel } from './read-model/read-model.ts';
export type { Query } from './read-model/query.ts';
export { embedded } from './backbone/log-to-log.ts';
export { jsonLines, silent } from './telemetry/logger.ts';
export type { Logger, LogLine } from './telemetry/logger.ts';
export { outbox } from './runtime/outbox.ts';
export type { Outbox } from './runtime/outbox.ts';
export { run } from './runtime/run.ts';
export type { RunOptions } from './runtime/run-options.ts';
export type { ThereuponConfig } from './runtime/thereupon-config.ts';
export type { Application } from './runtime/running-application.ts';
export type { PendingTimer } from './process/pending-timers.ts';
export type { Transaction } from './runtime/transaction.ts';

// What an application may want to catch; docs/errors.md says of each what to do next.
export { AggregateDefinitionError } from './aggregate/aggregate.ts';
export { AggregateIdError } from './aggregate/aggregate-id.ts';
export { EventTypeError } from './aggregate/event-type.ts';
export { StateVersionError, UnknownEventTypeError } from './aggregate/load-state.ts';
export { routes, RouteUnknownError } from './backbone/routes.ts';
export {
  BackboneUnavailableError,
  LogRestoredError,
  MessageNotCarriedError,
} from './backbone/backbone.ts';
export { PersonalDataError } from './context/personal-data.ts';
export { NotPublishedHereError } from './context/outgoing-record.ts';
export { HandlerOverError } from './context/unit.ts';
export { ContractDefinitionError } from './contract/contract.ts';
export { MessageKeyError } from './contract/message-key.ts';
export { ContractViolationError } from './contract/validate.ts';
export { OutcomeUnknownError } from './log/committer.ts';
export { LogInUseError } from './log/log-in-use.ts';
export { VersionConflictError } from './log/version-conflict.ts';
export { InvalidDurationError } from './message/duration.ts';
export { InvalidTimeError } from './message/business-time.ts';
export { PayloadNotJsonError, PayloadTooLargeError } from './message/payload.ts';
export { UnknownTimerError } from './process/open-process.ts';
export { NotAnActionError } from './process/not-an-action.ts';
export { ProcessStateVersionError } from './process/process-instance.ts';
export { RefusedError } from './reaction/reaction-subscription.ts';
export { EditRefusedError } from './runtime/edit-refused.ts';
export { NotPausableError } from './runtime/not-pausable.ts';
export { NotRunningHereError } from './runtime/not-running-here.ts';
export { ForeignReadModelError } from './runtime/own-read-model.ts';
export { CallAbortedError, TooManyCallsError } from './runtime/calls-under-way.ts';
export { StoppedError } from './runtime/stopped.ts';
export { ConfigurationError } from './runtime/configuration.ts';
export { InvalidCommandIdError } from './runtime/call-options.ts';
export { CommandIdReusedError } from './runtime/handle-command.ts';
export { InvalidOptionError } from './runtime/invalid-option.ts';
export {
  HeldReadError,
  InvalidQueryError,
  StaleReadError,
  TokenOutOfReachError,
  UnindexedFieldError,
} from './runtime/query-model.ts';
export { RebuildError } from './runtime/rebuild.ts';
export { NotSettledError, SettledParkedError } from './runtime/settled.ts';
export { InvalidTokenError } from './runtime/token.ts';
export { DealingKeyError } from './subscription/dealing-key.ts';
export { HandlerTimeoutError, StillRunningError } from './subscription/failure.ts';
export { InsideHandlerError } from './subscription/in-handler.ts';
