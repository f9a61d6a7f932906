/**
 * Our formats beside the software whose bytes they claim, on inputs that nobody has seen before. Uses the library and
 * the scripts in {@code tests/oracles}, which run the original Python packages. Start reading at {@link
 * dev.nibble.tests.oracles.OracleSuite}; {@code install/nibble test --oracles} runs it.
 */
package dev.nibble.tests.oracles;
