/**
 * Traces and metrics of what happens on the way to a token, by a tracer and a meter of yours: Cloudflare's tracing, or
 * OpenTelemetry's API. Nothing of these is needed to be installed where they are not used.
 *
 * @module
 */

import type { Tracing } from '../entries/index.js';

/** What is used of a span: its attributes, and the rest where it has it. */
export interface TracerSpan {
  setAttribute(name: string, value: string | number | boolean): unknown;
  setStatus?(status: { code: number | string }): unknown;
  end?(): void;
}

/** A `Tracer` of OpenTelemetry's, `tracing` of `cloudflare:workers`, or anything that has one of their methods. */
export type Tracer =
  | { startActiveSpan(name: string, run: (span: TracerSpan) => unknown): unknown }
  | { enterSpan(name: string, run: (span: TracerSpan) => unknown): unknown };

/** What is used of a `Meter` of OpenTelemetry's. */
export interface Meter {
  createObservableCounter(
    name: string,
    options: { description: string; unit: string },
  ): {
    addCallback(callback: (result: { observe(value: number, attributes: Record<string, string>): void }) => void): void;
  };
  createHistogram(
    name: string,
    options: { description: string; unit: string; advice: { explicitBucketBoundaries: number[] } },
  ): {
    record(value: number, attributes: Record<string, string>): void;
  };
}

/** What is used of an event: of a client's, or of the checks of `edge-oauth2/inbound`. */
export interface MeasuredEvent {
  readonly type: string;
  readonly durationMs?: number;
  readonly code?: string;
  readonly operation?: string;
}

/**
 * For the option `tracing`: a span for everything that a caller waits for on the way to a token, in the caller's trace:
 * `edge_oauth2.store`, `edge_oauth2.lease`, `edge_oauth2.flight` (another is asking for the token), `edge_oauth2.grant`, and
 * `edge_oauth2.request` for other requests to the server. A token that is in memory makes none. No attribute holds a
 * secret, a token, a client id, or more of a URL than its host. A tracer that throws costs its spans, and nothing else.
 *
 * @example
 * ```js
 * import { tracing } from 'cloudflare:workers';
 * new OAuth2Client({ …, tracing: spans(tracing) });
 * ```
 */
export function spans(tracer: Tracer): Tracing;

/**
 * For the option `onEvent`: counts events (`edge_oauth2.events`), and how long they took (`edge_oauth2.event.duration`, in
 * seconds). The same listener for the same meter, so that clients may be made in every request.
 *
 * @example
 * ```js
 * import { metrics as api } from '@opentelemetry/api';
 * new OAuth2Client({ …, onEvent: metrics(api.getMeter('app')) });
 * ```
 */
export function metrics(meter: Meter): (event: MeasuredEvent) => void;
