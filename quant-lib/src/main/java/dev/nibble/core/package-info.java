/**
 * What every room of the laboratory shares: recipes and the registry that reads them, progress with its stop request,
 * parallel loops that obey it, and traces. It depends on nothing but the JDK. Start reading at {@link
 * dev.nibble.core.Recipe} and {@link dev.nibble.core.Progress}.
 */
package dev.nibble.core;
