/* en.ts - words about who is logged in, for the panel of supervisors. zh.ts has the same keys. */
import type { zh } from './zh';

export const en: Record<keyof typeof zh, string> = {
	'sessions.title': 'Who is logged in',
	'sessions.note':
		'Ended, that computer or phone is logged out at once and asks for the password. A call in hand is not lost: others can take it.',
	'sessions.filter': 'Name or account',
	'sessions.waiting': 'Reading',
	'sessions.none': 'No such log-in',
	'sessions.more': 'Too many people: these are the first. Type an account to find another.',
	'sessions.offline': 'The log-ins cannot be read; try again later',
	'sessions.forbidden': 'You may not see who is logged in',
	'sessions.again': 'Read again',
	'sessions.count': '{n} log-ins',
	'sessions.since': 'since {at}',
	'sessions.from': 'from {address}',
	'sessions.code': 'with a code',
	'sessions.here': 'this computer',
	'sessions.end': 'End…',
	'sessions.end.all': 'End all…',
	'sessions.end.sure': 'End {n} log-ins of {who}?',
	'sessions.end.yes': 'End',
	'sessions.end.no': 'Keep',
	'sessions.ended': '{n} log-ins ended',
	'sessions.end.failed': 'Not ended; try again',
};
