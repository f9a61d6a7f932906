/**
 * Block formats with small shared scales: MXFP8, MXFP6, MXFP4 and MXINT8 with a power of two per 32 weights, and NVFP4
 * with an FP8 scale per 16, each as several systems compute it. It may use {@code format}, {@code format.minifloat} and
 * what lies below them. Start reading at {@link dev.nibble.format.microscaling.ScaleRule}, then at {@link
 * dev.nibble.format.microscaling.Microscaling}.
 */
package dev.nibble.format.microscaling;
