/**
 * Tests with Jupyter's own programs, in the Python environment that {@code install/nibble test} makes: the conformance
 * suite and JupyterLab in a browser. Without that environment they are skipped, and say so. Start reading at
 * {@link dev.nibble.tests.jupyter.JupyterEnvironment}.
 */
package dev.nibble.tests.jupyter;
