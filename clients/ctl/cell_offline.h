/* cell_offline.h - a cell as the local snapshot of a daemon has it.
 *
 * Owns:   the records read from the file.
 * Result: nothing of a file that is cut, altered or another cell's is believed.
 */
#ifndef CTL_CELL_OFFLINE_H
#define CTL_CELL_OFFLINE_H

#include "cell.h"

void offline_free(struct cell *cell); /* also of a cell that has none */
bool offline_get(struct cell *cell, const char *key, struct cell_record *ret);
char **offline_keys(struct cell *cell, const char *type, size_t *ret_count);
/* This machine's clock. */
ms_t offline_now_ms(void);

#endif
