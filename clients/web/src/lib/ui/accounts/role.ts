/* role.ts - the API names roles in words, the catalogue by the number of the protocol. */
import { Role } from '../../gen/pingan/v1/common_pb.js';
import { word } from '../../i18n/index.svelte';

const ROLES: Record<string, Role> = {
	operator: Role.OPERATOR,
	supervisor: Role.SUPERVISOR,
	caregiver: Role.CAREGIVER,
	technician: Role.TECHNICIAN,
	administrator: Role.ADMINISTRATOR,
	auditor: Role.AUDITOR,
	wallboard: Role.WALLBOARD,
};

export const roleWord = (role: string): string => word('role', ROLES[role] ?? Role.NONE);
