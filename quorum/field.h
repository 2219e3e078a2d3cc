/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The field GF(256) of SLIP-39 (reduction polynomial x^8 + x^4 + x^3 + x + 1) and Lagrange
 * interpolation over it. No table, no branch and no address depends on a value: elements are
 * multiplied bit by bit under masks. The x-coordinates are share indexes and not secret.
 */
#ifndef QUORUM_FIELD_H
#define QUORUM_FIELD_H

#include <stddef.h>
#include <stdint.h>

enum { FIELD_POINTS_MAX = 16, FIELD_VALUE_MAX = 64 };

uint8_t field_mul(uint8_t a, uint8_t b);

/* The inverse; that of 0 is 0. */
uint8_t field_inverse(uint8_t a);

/* One point of as many polynomials as there are bytes in a value. */
struct field_point {
	uint8_t x;
	const uint8_t *y;
};

/*
 * Writes f(x) to `out`, where f is the polynomial of lowest degree through `count` points (1 to
 * FIELD_POINTS_MAX, their x all different) whose values have `len` bytes (1 to FIELD_VALUE_MAX).
 * `out` must not overlap a value.
 */
void field_interpolate(
    const struct field_point *points, size_t count, uint8_t x, uint8_t *out, size_t len);

#endif
