import type { z } from 'zod';
import { AppError } from '@/lib/kernel/errors';

/**
 * The JSON body of a request, parsed by `schema`.
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `invalid_request` naming each fault
 */
export async function jsonBody<T extends z.ZodType>(
  request: Request,
  schema: T,
  maxBytes: number,
): Promise<z.infer<T>> {
  const media = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (media !== 'application/json') {
    throw new AppError('unsupported_media_type', {
      detail: `The body is ${media ? `of type ${media.slice(0, 80)}` : 'without a type'}. Send JSON, with "Content-Type: application/json".`,
    });
  }
  const bytes = await boundedBytes(request, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new AppError('invalid_request', { detail: 'The body is not JSON in UTF-8.' });
  }
  return parsed(value, schema);
}

/** Parses what came from outside. @throws AppError `invalid_request` naming each fault */
export function parsed<T extends z.ZodType>(value: unknown, schema: T): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const where = issue.path.length > 0 ? issue.path.join('.') : 'the request';
    return { field: where, message: messageOf(issue) };
  });
  throw new AppError('invalid_request', {
    detail: faults.map((fault) => `${fault.field}: ${fault.message}`).join('; '),
    members: { faults },
  });
}

/** The names of unknown members come from outside: what is no plain name is not repeated. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const names = issue.keys.map((key) =>
    /^[\w.-]{1,40}$/.test(key) ? `"${key}"` : 'one that is no plain name',
  );
  return `Unknown member: ${names.slice(0, 5).join(', ')}`;
}

async function boundedBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let total = 0;
  if (request.body) {
    for await (const chunk of request.body) {
      total += chunk.length;
      if (total > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('payload_too_large', {
    detail: `The body is larger than ${maxBytes} bytes. A signing request has at most 65536.`,
  });
}
