// Temporal's remote codec protocol: what the Temporal UI and `temporal --codec-endpoint` send to a codec server, and
// get back. Payloads are proto3 JSON: bytes in base64.
import type { Payload } from '@temporalio/common';
import { z } from 'zod';

// proto3 JSON allows both base64 alphabets, with or without padding.
const Base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/);

/** The body of a codec request, and of its answer. Fields unknown to us are dropped. */
export const PayloadsJson = z.object({
  payloads: z
    .array(
      z.object({ metadata: z.record(z.string(), Base64).nullish(), data: Base64.nullish() }).transform(
        ({ metadata, data }): Payload => ({
          metadata: mapValues(metadata ?? {}, fromBase64),
          ...(data != null && { data: fromBase64(data) }),
        }),
      ),
    )
    .default([]),
});

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Payloads as the answer of a codec server holds them. */
export function toPayloadsJson(payloads: Payload[]): unknown {
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: mapValues(metadata ?? {}, toBase64),
      ...(data?.length && { data: toBase64(data) }),
    })),
  };
}
