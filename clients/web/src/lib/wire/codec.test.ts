import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ToScreenSchema } from '../gen/pingan/v1/console_pb.js';
import { IncidentRowSchema } from '../gen/pingan/v1/queue_pb.js';
import { byteKey, decode, hex, unhex } from './codec';
import { toRow } from '../store/rows';

describe('codec', () => {
	it('refuses bytes that are no message', () => {
		expect(decode(new Uint8Array([0xff, 0xff, 0xff]))).toBeNull();
		expect(decode(new Uint8Array([0x0a, 0x7f, 0x01]))).toBeNull();
	});

	it('tolerates fields and enum values that are newer than this page', () => {
		// Field 1000 (varint 5) behind a lawful, empty message; field 4 of a row with an enum value of 99.
		const unknown = decode(new Uint8Array([0xc0, 0x3e, 0x05]));
		expect(unknown?.body.case).toBeUndefined();
		const bytes = toBinary(
			ToScreenSchema,
			create(ToScreenSchema, {
				body: {
					case: 'delta',
					value: { id: 2n, prev: 1n, upserts: [{ id: 3n, kind: 99 as never }] },
				},
			}),
		);
		const message = decode(bytes);
		expect(message?.body.case === 'delta' && message.body.value.upserts[0]?.kind).toBe(99);
	});

	it('keeps all 64 bits of an id', () => {
		const id = 0xfedc_ba98_7654_3210n;
		expect(unhex(hex(id))).toBe(id);
		expect(hex(1n)).toBe('0000000000000001');
	});

	it('turns a row’s 64-bit times into exact numbers', () => {
		const row = toRow(create(IncidentRowSchema, { id: 1n, openedMs: 1_893_456_789_123n }));
		expect(row.openedMs).toBe(1_893_456_789_123);
	});

	it('compares order keys as bytes, also above 127 and by length', () => {
		const keys = [[0x01, 0xff], [0x02], [0x02, 0x00], [0x7f], [0x80], [0xff, 0x00]];
		const strings = keys.map((k) => byteKey(new Uint8Array(k)));
		expect([...strings].reverse().sort()).toEqual(strings);
	});
});
