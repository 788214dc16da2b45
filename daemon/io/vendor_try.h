/* vendor_try.h - shows people what a sample of a vendor's message becomes, field by field; nothing is sent anywhere.
 *
 * Owns:   the words. Knows: vendor_map.h.
 * Result: exit status: 0 every event is understood, 1 something would be refused, 2 it can't be tried.
 */
#ifndef IO_VENDOR_TRY_H
#define IO_VENDOR_TRY_H

#include <stdio.h>

#include "io/vendor.h"

/* `vendors_path`: vendors.yaml; the secrets are not read. */
int vendor_try(const char *vendors_path, const char *vendor, const char *sample_path, FILE *to, FILE *errors);

#endif
