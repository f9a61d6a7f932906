/**
 * Small floating-point numbers, from FP32 to FP4, alone or under a scale per tensor, row or group of weights. It may
 * use {@code format}, {@code format.packing} and what lies below them; {@code format.microscaling} builds on it. Start
 * reading at {@link dev.nibble.format.minifloat.Minifloat}, the definition of the numbers, then at {@link
 * dev.nibble.format.minifloat.ScaledFloats}, the format.
 */
package dev.nibble.format.minifloat;
