/** The settings of traces, under the names that OpenTelemetry gives them, so that every process of ours has the same. */
import { z } from 'zod';

const address = z
  .url({
    protocol: /^https?$/,
    error: 'write the http or https address of an OTLP collector, such as http://127.0.0.1:4318',
  })
  .optional();
const protocol = z
  .enum(['http/json'], { error: 'spans are sent as http/json: write that, or leave it out' })
  .optional();
const headers = z
  .string()
  .regex(
    /^\s*[^\s=,]+\s*=[^,]*(,\s*[^\s=,]+\s*=[^,]*)*$/,
    'write name=value, with commas between several',
  )
  .optional();
const milliseconds = z.coerce
  .number('write a number of milliseconds')
  .int('write a number of milliseconds')
  .min(1, 'write a number of milliseconds')
  .optional();
const SHARE = 'write a share from 0 to 1';
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];

/** What is read by the SDK itself; here it is judged, since the SDK takes a default for what it cannot read. */
export const telemetrySettings = {
  // The one setting of which OpenTelemetry says that upper and lower case are alike.
  OTEL_SDK_DISABLED: z
    .string()
    .regex(/^(true|false)$/i, 'write true or false')
    .optional(),
  OTEL_TRACES_EXPORTER: z
    .enum(['otlp', 'none'], { error: 'write otlp, or none to send no traces' })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_HEADERS: headers,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers,
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds,
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: milliseconds,
  OTEL_RESOURCE_ATTRIBUTES: headers,
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS, { error: `write ${SAMPLERS.join(', ')}` }).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number(SHARE).min(0, SHARE).max(1, SHARE).optional(),
};

/** Whether somebody collects traces. */
export function wantsTraces(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none')
    return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT);
}
