/**
 * Tables and charts made from the laboratory's results: one description of a chart, drawn as Plotly JSON, as a
 * Tablesaw figure and as a PNG. May use every other package of the library, and is the only one that knows Tablesaw,
 * Plotly and XChart. Start reading at {@link dev.nibble.plot.Charts}, {@link dev.nibble.plot.Tables} and {@link
 * dev.nibble.plot.Chart}.
 */
package dev.nibble.plot;
