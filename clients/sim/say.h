/* say.h - what a unit speaks aloud: the sentences of docs/DEVICE-LINK.md, as a unit would have them recorded.
 *
 * Knows:  nothing of links.
 * Bounds: SAY_TEXT_MAX bytes with the NUL, UTF-8.
 */
#ifndef SIM_SAY_H
#define SIM_SAY_H

#include "wire/device.h"

#define SAY_TEXT_MAX 160
#define SAY_LANGUAGES 3

/* "cmn", "yue", "en"; NULL past the end. */
const char *say_language(unsigned n);

/* The sentence, with the minutes where it has some; empty for SAY_NOTHING. A language without recordings is answered in
 * Mandarin. */
void say_text(enum say say, const char *language, uint32_t eta_min, char ret[SAY_TEXT_MAX]);

#endif
