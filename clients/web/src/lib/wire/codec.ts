/* codec.ts - bytes to messages and back; the only file that knows how they are packed.
 *
 * Result: decode() gives null for bytes that are no message: the caller counts and drops them.
 *         int64 arrives as bigint; ms() turns it into a number once.
 */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
	RequestSchema,
	ToDaemonSchema,
	ToScreenSchema,
	type Request,
	type ToScreen,
} from '../gen/pingan/v1/console_pb.js';

export type What = MessageInitShape<typeof RequestSchema>['what'] & object;

export function decode(bytes: Uint8Array): ToScreen | null {
	try {
		return fromBinary(ToScreenSchema, bytes);
	} catch {
		return null;
	}
}

export function encode(body: MessageInitShape<typeof ToDaemonSchema>['body']): Uint8Array {
	return toBinary(ToDaemonSchema, create(ToDaemonSchema, { body }));
}

export function request(cmd: bigint, what: What): Request {
	return create(RequestSchema, { cmd, what });
}

/** Random, never 0: the same id sent again means "the same act". */
export function newId(): bigint {
	const words = new BigUint64Array(1);
	do crypto.getRandomValues(words);
	while (words[0] === 0n);
	return words[0] as bigint;
}

export function ms(value: bigint): number {
	return Number(value);
}

/** Ids are 64-bit; on screen and as keys they are 16 hex digits. */
export function hex(id: bigint): string {
	return id.toString(16).padStart(16, '0');
}

export function unhex(id: string): bigint {
	return BigInt(`0x${id}`);
}

/** Bytes as a string that compares as the bytes do. */
export function byteKey(bytes: Uint8Array): string {
	let key = '';
	for (const b of bytes) key += String.fromCharCode(b);
	return key;
}
