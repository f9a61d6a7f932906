/**
 * Artifacts of Maven repositories, found as Maven finds them, with the user's settings. Uses {@code core} for progress
 * and nothing else of ours; the resolver's own types stay in here. Start reading at
 * {@link dev.nibble.kernel.maven.Artifacts}.
 */
package dev.nibble.kernel.maven;
