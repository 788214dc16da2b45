#include "core/people.h"

#include <stddef.h>
#include <string.h>

/* Mean length of one degree on a sphere of 6,371 km: the difference to the ellipsoid stays below 0.6 %. */
#define METRES_PER_DEGREE 111195.0

/* cos() for 0 to 90 degrees, by its series: good to 1e-6, and the same on every machine, so that a simulated history
 * ranks the same caregivers everywhere. */
static double cos_degrees(double degrees)
{
	double x = degrees * (3.14159265358979323846 / 180.0);
	double xx = x * x;
	double term = 1.0, sum = 1.0;

	for (int n = 2; n <= 14; n += 2) {
		term *= -xx / (double)(n * (n - 1));
		sum += term;
	}
	return sum < 0.0 ? 0.0 : sum;
}

static uint32_t root(uint64_t square)
{
	uint64_t low = 0, high = UINT32_MAX;

	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;

		if (middle * middle <= square)
			low = middle;
		else
			high = middle - 1;
	}
	return (uint32_t)low;
}

uint32_t place_distance_m(int32_t lat1_e6, int32_t lon1_e6, int32_t lat2_e6, int32_t lon2_e6)
{
	double lat1 = (double)lat1_e6 / 1e6, lat2 = (double)lat2_e6 / 1e6;
	double middle = (lat1 + lat2) / 2.0;
	double north = lat2 - lat1;
	double east = ((double)lon2_e6 - (double)lon1_e6) / 1e6;
	double metres_north, metres_east;

	if (middle < 0.0)
		middle = -middle;
	if (middle > 90.0)
		middle = 90.0;
	if (east > 180.0)
		east -= 360.0;
	if (east < -180.0)
		east += 360.0;
	metres_north = north * METRES_PER_DEGREE;
	metres_east = east * METRES_PER_DEGREE * cos_degrees(middle);
	return root((uint64_t)(metres_north * metres_north + metres_east * metres_east));
}

uint32_t travel_s(uint32_t distance_m)
{
	/* 12 km/h are 10 m in 3 s. */
	return (uint32_t)(60 + (uint64_t)distance_m * 3 / 10);
}

bool area_covers(const char *area, const char *below)
{
	size_t len = strlen(area);

	return len != 0 && strncmp(area, below, len) == 0;
}
