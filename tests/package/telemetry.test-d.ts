// Compiled, not run: OpenTelemetry's own types, and tracers that are alike.
import { metrics as metricsApi, trace } from '@opentelemetry/api';
import { OAuth2Client } from 'edge-oauth2';
import { JwtVerifier, TokenIntrospector } from 'edge-oauth2/inbound';
import { metrics, spans } from 'edge-oauth2/telemetry';

const required = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };
new OAuth2Client({ ...required, tracing: spans(trace.getTracer('app')), onEvent: metrics(metricsApi.getMeter('app')) });
new JwtVerifier({ issuer: 'https://auth.example.com', audience: 'api', onEvent: metrics(metricsApi.getMeter('app')) });
new TokenIntrospector({ introspectionUrl: 'https://auth.example.com/introspect', onEvent: metrics(metricsApi.getMeter('app')) });
spans({ startActiveSpan: (_name, run) => run({ setAttribute() {}, setStatus() {}, end() {} }) });
spans({ enterSpan: (_name, run) => run({ setAttribute() {} }) });

// @ts-expect-error what makes tracers
spans(trace);
// @ts-expect-error what is made of a tracer is wanted
new OAuth2Client({ ...required, tracing: trace.getTracer('app') });
// @ts-expect-error what makes meters
metrics(metricsApi);
