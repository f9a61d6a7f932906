/**
 * Tests of {@code install/nibble} as a person runs it, in shells of their own: finding and fetching a JDK, building,
 * starting. They use the JDK and a web server on this machine, and nothing of ours. Start reading at JdkTest.
 */
package dev.nibble.tests.launcher;
